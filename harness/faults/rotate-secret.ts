// Fault `rotateSecret`: for the window webhooks are signed with the app's next secret, and after it with the first again.
import { object, problemsOf } from '../scenario/rules.ts'
import { platformFault } from './platform-fault.ts'

/**
 * As with Shopify the app is told the next secret before anything is signed with it, and has to accept both meanwhile (DOMAIN.md 1.2): a system gets
 * it as `nextSecret` in its `env`. One that does not ask for it turns these webhooks away, and lives on the platform's retries.
 */
export const rotateSecret = platformFault<{}, 'rotateSecret'>({
  fault: 'rotateSecret',
  failsAttempts: true,
  summary: 'rotate the secret: webhooks are signed with the next one',
  problems: parameters => problemsOf('', object({}), parameters),
  order: () => ({}),
  met: 'webhooks signed with the next secret',
})
