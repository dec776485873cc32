// The planted bugs: one line each, and a patch of the same name beside this file.
import type { CheckerBug, NoOp, PipelineBug } from './bug.ts'

/** Must be caught, or whatever else is not caught says nothing. */
export const canary: PipelineBug = { name: 'canary', what: 'the worker drops every hundredth order', scenario: 'calm', check: 'noLoss', exit: 1 }

/** Must not be caught, or whatever else is caught says nothing. */
export const noOp: NoOp = { name: 'no-op', what: 'a comment and another name for a variable', scenario: 'calm' }

/** Single, realistic defects of the reference pipeline. */
export const pipelineBugs: readonly PipelineBug[] = [
  // The intake.
  { name: 'ack-before-publish', what: 'the intake answers 200 before the queue has', scenario: 'queue-killed', check: 'noLoss', exit: 1 },
  { name: 'accepts-without-queue', what: 'the intake answers 200 while the queue is away', scenario: 'queue-killed', check: 'noLoss', exit: 1 },
  { name: 'accepts-unanswered', what: 'the intake answers 200 where the queue never answered', scenario: 'black-hole', check: 'noLoss', exit: 1 },
  { name: 'refuses-what-may-be-published', what: 'the intake says "not taken" of what the queue may have', scenario: 'one-try', check: 'refusalsHold', exit: 1 },
  { name: 'dropped-when-full', what: 'a full intake answers 200 and drops the order', scenario: 'intake-full', check: 'noLoss', exit: 1 },
  { name: 'everything-remembered', what: 'the intake keeps every webhook it ever answered', scenario: 'memory-ceiling', check: 'componentsUp', exit: 2 },
  { name: 'signature-unchecked', what: 'a wrong signature is logged and goes through', scenario: 'strangers', check: 'noPhantoms', exit: 1 },
  { name: 'signature-after-parsing', what: 'bodies are parsed before their signature is looked at', scenario: 'strangers', check: 'componentsUp', exit: 2 },
  { name: 'large-orders-dropped', what: 'orders above 16 KB are answered 200 and dropped', scenario: 'calm', check: 'noLoss', exit: 1 },
  { name: 'bodies-truncated', what: 'bodies are cut at 16 KB on their way into the queue', scenario: 'calm', check: 'noLoss', exit: 1 },
  { name: 'bodies-slimmed', what: 'bodies go into the queue without their line items', scenario: 'calm', check: 'intact', exit: 1 },
  { name: 'message-id-per-attempt', what: 'every attempt has a message id of its own in the queue', scenario: 'late-answers', check: 'duplicateArrivals', exit: 2 },

  // The queue.
  { name: 'queue-in-memory', what: 'the streams are kept in memory', scenario: 'backlog-killed', check: 'noLoss', exit: 1 },
  { name: 'old-orders-discarded', what: 'a full stream drops its oldest messages', scenario: 'queue-full', check: 'noLoss', exit: 1 },

  // The worker.
  { name: 'ack-before-commit', what: 'the worker acks before the ledger has the order', scenario: 'worker-killed', check: 'noLoss', exit: 1 },
  { name: 'ack-before-delivery', what: 'the worker acks before the destination has the order', scenario: 'worker-killed', check: 'noLoss', exit: 1 },
  { name: 'marked-before-relayed', what: 'orders are marked as relayed before they are', scenario: 'worker-killed', check: 'noLoss', exit: 1 },
  { name: 'lost-on-sigterm', what: 'a worker that is told to end acks what it holds', scenario: 'deploy', check: 'noLoss', exit: 1 },
  { name: 'never-rejoins', what: 'the worker never pulls again after the queue was away', scenario: 'queue-killed', check: 'noLoss', exit: 1 },
  { name: 'dedupe-off', what: 'nobody asks the ledger what was relayed before', scenario: 'acks-cut', check: 'duplicateArrivals', exit: 2 },
  { name: 'wrong-dedupe-key', what: 'the message id is made of the last three digits of the order', scenario: 'calm', check: 'noLoss', exit: 1 },
  { name: 'idempotency-key-per-try', what: 'each relay has an idempotency key of its own', scenario: 'failing-destination', check: 'noDuplicateEffects', exit: 1 },
  { name: 'batch-half-relayed', what: 'of a batch only the first hundred orders are relayed', scenario: 'backlog-killed', check: 'noLoss', exit: 1 },
  { name: 'batching-off', what: 'one order a request: too slow for the load', scenario: 'calm', check: 'delay', exit: 2 },
  { name: 'amount-through-a-float', what: 'amounts go through a float and lose a cent', scenario: 'calm', check: 'intact', exit: 1 },
  { name: 'currency-taken-for-granted', what: 'every order is in dollars', scenario: 'calm', check: 'intact', exit: 1 },

  // The worker's destination.
  { name: 'errors-swallowed', what: 'a 503 of the destination counts as delivered', scenario: 'moody-destination', check: 'noLoss', exit: 1 },
  { name: 'half-taken-for-all', what: 'a 207 counts as delivered, whatever it says of each order', scenario: 'moody-destination', check: 'noLoss', exit: 1 },
  { name: 'any-answer-believed', what: 'a 200 counts as delivered, whatever page comes with it', scenario: 'moody-destination', check: 'noLoss', exit: 1 },
  { name: 'second-half-forgotten', what: 'of a refused batch only the first half is tried again', scenario: 'refusing-destination', check: 'noLoss', exit: 1 },
  { name: 'breaker-never-closes', what: 'the breaker of a destination stays open for a quarter of an hour', scenario: 'failing-destination', check: 'noLoss', exit: 1 },
  { name: 'retries-without-limit', what: 'a destination in trouble is tried again and again without a pause', scenario: 'failing-destination', check: 'duplicateArrivals', exit: 2 },
  { name: 'gives-up-after-five', what: 'after five tries a batch counts as delivered', scenario: 'destination-cut', check: 'noLoss', exit: 1 },

  // Dead letters.
  { name: 'poison-holds-its-batch', what: 'an unreadable order sends its whole batch back', scenario: 'strangers', check: 'noLoss', exit: 1 },
  { name: 'dead-letters-nowhere', what: 'what can never succeed is acked and kept nowhere', scenario: 'refusing-destination', check: 'noLoss', exit: 1 },
  { name: 'redrive-deletes', what: 'a redrive removes dead letters and brings none back', scenario: 'refusing-destination', check: 'noLoss', exit: 1 },

  // The reconciler.
  { name: 'reconciler-first-page-only', what: 'of a shop\'s orders only the first page is compared', scenario: 'unsubscribed', check: 'throughput', exit: 2 },
  { name: 'reconciler-an-hour-off', what: 'each window begins an hour after the last one ended', scenario: 'unsubscribed', check: 'throughput', exit: 2 },
  { name: 'reconciler-trusts-the-ledger', what: 'what the ledger calls relayed is not relayed again', scenario: 'forgetful-destination', check: 'noLoss', exit: 1 },
]

/** Single defects of the checkers and of what writes down arrivals. */
export const checkerBugs: readonly CheckerBug[] = [
  { name: 'losses-net-out', what: 'a duplicate makes up for a loss', tests: 'checks', fails: 'one lost and one twice do not net out' },
  { name: 'nothing-acked-passes', what: 'no loss among no acks is a pass', tests: 'checks', fails: 'nothing acked, nothing arrived' },
  { name: 'lost-called-pending', what: 'at the limit of the drain nothing is ever lost', tests: 'checks', fails: 'absent, and quiet at the limit' },
  { name: 'duplicates-below-one', what: 'the filter for duplicates can never hold', tests: 'checks', fails: 'one event twice' },
  { name: 'phantoms-uncounted', what: 'deliveries that name no event are not counted', tests: 'checks', fails: 'a delivery that names no event' },
  { name: 'warm-up-counted', what: 'the warm-up counts as planned', tests: 'checks-accounts', fails: 'the warm-up stands in no count' },
  { name: 'absent-never-late', what: 'what never arrived has no delay', tests: 'checks', fails: 'what never arrived is beyond every bound' },
  { name: 'sample-too-small', what: 'four nines are claimed of a hundred orders', tests: 'checks', fails: '300 events, 0 absent' },
  { name: 'latency-from-the-send', what: 'an answer is timed from the send, not from the planned instant', tests: 'checks-measures', fails: 'three clocks' },
  { name: 'recovery-bound-forgotten', what: 'a fault is over the moment it is healed', tests: 'checks', fails: 'outside faults leaves out' },
  { name: 'dead-reader-believed', what: 'absence counts though the reader died', tests: 'checks', fails: 'the harness died, and an event is absent' },
  { name: 'invalid-excuses-loss', what: 'an invalid run hides a broken invariant', tests: 'checks-verdict', fails: 'composes to broken' },
  { name: 'unseen-fault-believed', what: 'a fault that nobody saw counts as observed', tests: 'checks', fails: 'a fault that nobody saw' },
  { name: 'one-good-second-recovers', what: 'one good second is a recovery', tests: 'checks-recovery', fails: 'admission: five seconds' },
  { name: 'late-sender-excused', what: 'a sender that is late is valid all the same', tests: 'checks', fails: 'a late sender' },
  { name: 'keys-forgotten-early', what: 'a destination forgets an idempotency key before its window is over', tests: 'destination', fails: 'still known for a whole window' },
  { name: 'one-destination-is-enough', what: 'an event is delivered once one destination has it', tests: 'destination', fails: 'once every destination has it' },
]
