import { quotedForTerminal } from '../../terminal/shown.ts'
import { field, jsonOf } from '../answer.ts'
import { type Check, finding } from '../check.ts'
import { isJson, metadataPath } from '../examination.ts'

const mount =
  'Mount wellKnown(resource) at the root of the app, before the guards, and let the proxy pass /.well-known/ to it.'

/** Whether the metadata is there, and can be read. */
export const metadata: Check = {
  name: 'metadata',
  async examine(examination) {
    const answer = await examination.metadataAnswer()
    const { status } = answer
    if (status >= 300 && status < 400)
      return finding(
        'error',
        'metadata-redirected',
        `${metadataPath} answers ${status} and redirects to ${quotedForTerminal(field(answer, 'location') ?? '')}.`,
        'Serve the document under its own URL: nobody follows a redirect to it.',
      )
    if (status === 401 || status === 403)
      return finding(
        'error',
        'metadata-guarded',
        `${metadataPath} answers ${status}, and it is read without a credential.`,
        mount,
      )
    if (status !== 200)
      return finding('error', 'metadata-missing', `${metadataPath} answers ${status}.`, mount)
    if (jsonOf(answer) === undefined)
      return finding(
        'error',
        'metadata-malformed',
        answer.isCut ? `${metadataPath} is longer than 64 KiB.` : `${metadataPath} is not a JSON object.`,
        mount,
      )
    if (!isJson(answer))
      return finding(
        'error',
        'metadata-content-type',
        `${metadataPath} has the content type ${quotedForTerminal(field(answer, 'content-type') ?? 'none')}.`,
        'Serve it as application/json: others refuse to read it.',
      )
    return []
  },
}
