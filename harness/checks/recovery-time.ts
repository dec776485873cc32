/** How long after a fault's heal each part was good again, ms; null: not within the run. */
export interface Recovery {
  fault: string
  admission: number | null
  backlog: number | null
  destination: number | null
}
