/** State and flags of every event, counted once for all checks (DESIGN.md section 2). */
export interface Accounts {
  planned: number
  sent: number
  unsent: number
  attempts: number
  acked: number
  refused: number
  indeterminate: number
  delivered: number
  lost: number
  missed: number
  pending: number
  late: number
  duplicated: number
  phantom: number
  mutated: number
  resolved: number
  refusedButApplied: number
  arrivals: number
  listedBeforeArrival: number
  /** State of each event: index into `states`; warm-up events are not judged. */
  state: Uint8Array
}
export const states = ['not judged', 'delivered', 'lost', 'missed', 'pending'] as const
