// The reference pipeline with its queue as a JetStream cluster of three nodes, each stream in three copies.
import { referenceWith } from './reference.ts'

export default referenceWith({ nodes: 3 })
