import { createResource } from '@aauth-guard/core'
import { protect } from '@aauth-guard/nextjs'

/** Without this the build fails with the message. */
function refusalOf(use) {
  try {
    use()
  } catch ({ message }) {
    return message
  }
}

const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
const message = refusalOf(() => protect(resource, {}, () => Response.json({})))

export const GET = () => Response.json({ message })
