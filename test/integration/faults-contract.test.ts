// The contract of faults, kept with local processes.
import { faultContract } from '../contract/faults.ts'

faultContract('local')
