import { protect } from '@aauth-guard/nextjs'
import { resource } from '../../lib/resource.js'

export const dynamic = 'force-static'

const handle = protect(resource, { scope: 'notes.read', optional: true }, () =>
  Response.json({ handled: true }),
)

/** Without this the build fails with the message. */
export const GET = (request) => handle(request).catch(({ message }) => Response.json({ message }))
