import { UsageError } from '../command.ts'
import type { RecordedRequest, Recording } from '../recording/recording.ts'
import { isUnsigned } from '../recording/signature-fields.ts'
import { quotedForTerminal, shown } from '../terminal/shown.ts'

/** The request that is decided: the only one, the only signed one, or the one that `--entry` counts to. @throws {UsageError} */
export function selectRequest({ requests }: Recording, entry: string | undefined): RecordedRequest {
  if (entry !== undefined) {
    const chosen = /^[1-9][0-9]{0,8}$/.test(entry) ? requests[Number(entry) - 1] : undefined
    if (chosen === undefined)
      throw new UsageError(`--entry ${quotedForTerminal(entry)} is not there: write 1 to ${requests.length}`)
    return chosen
  }
  const [only, another] = requests
  if (only !== undefined && another === undefined) return only
  const signed = requests.flatMap((request, at) => (isUnsigned(request) ? [] : [{ request, at }]))
  const [first, ...others] = signed
  if (first !== undefined && others.length === 0) return first.request
  const listed = signed
    .slice(0, 20)
    .map(({ request: { method, target }, at }) => `\n  ${at + 1}  ${shown(`${method} ${target}`, 128)}`)
  throw new UsageError(
    `${requests.length} requests were recorded, and ${signed.length} of them are signed: choose one with --entry${listed.join('')}`,
  )
}
