/**
 * The rule of three: n samples without a failure bound the share of failures below 3 / n at 95 % confidence. So a claim that
 * at most `allowedShare` fail needs 3 / allowedShare samples: 30,000 for 99.99 %, 300 for a p99. A share of 0 claims nothing beyond the run itself.
 */
export function samplesNeeded(allowedShare: number): number {
  return allowedShare <= 0 ? 1 : Math.ceil(3 / allowedShare - 1e-6)
}
