// The contract of faults, kept with containers.
import { faultContract } from '../contract/faults.ts'

faultContract('containers')
