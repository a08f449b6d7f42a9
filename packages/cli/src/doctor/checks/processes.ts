import { randomBytes } from 'node:crypto'
import { type Answer, jsonOf } from '../answer.ts'
import { type Check, type Finding, finding } from '../check.ts'
import { type Examination, metadataPath } from '../examination.ts'
import { fetchKeys, keysAnswer, readKeys } from '../served-urls.ts'

/** Further connections for each document. */
const furtherKeys = 3
const furtherMetadata = 2

/** Whether all processes behind the address say the same. */
export const processes: Check = {
  name: 'processes',
  async examine(examination) {
    const ask = <T>(times: number, one: () => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: times }, one))
    const documents = [
      await examination.metadataAnswer(),
      ...(await ask(furtherMetadata, () =>
        examination.api.prober.send({ target: `${metadataPath}${queryOf(examination)}` }),
      )),
    ]
    const first = await keysAnswer(examination)
    const sets =
      first && readKeys(first)
        ? [first, ...(await ask(furtherKeys, () => fetchKeys(examination, queryOf(examination))))]
        : []
    return [
      ...compare(
        documents,
        (answer) => sortedText(jsonOf(answer) ?? {}),
        'metadata-differs',
        'metadata',
        'configuration',
      ),
      ...compare(sets, thumbprints, 'keys-differ', 'keys', 'signingKey'),
    ]
  },
}

/** A cache would answer for all processes; a query is put behind the URL only where that is allowed. */
function queryOf({ api: { probesQuery } }: Examination): string {
  return probesQuery ? `?aauth-doctor=${randomBytes(8).toString('hex')}` : ''
}

function compare(
  answers: readonly (Answer | undefined)[],
  textOf: (answer: Answer) => string,
  id: string,
  what: string,
  shared: string,
): readonly Finding[] {
  const texts = new Set(answers.flatMap((answer) => (answer?.status === 200 ? [textOf(answer)] : [])))
  if (texts.size < 2) return []
  return finding(
    'error',
    id,
    `${answers.length} connections got ${texts.size} different versions of the ${what}.`,
    shared === 'signingKey'
      ? 'Give all processes the same "signingKey". A key that a process makes for itself is known to nobody else.'
      : 'Start all processes with the same configuration, and finish deployments that are under way.',
  )
}

/** What tells keys apart, in whatever order they are published. */
function thumbprints(answer: Answer): string {
  return JSON.stringify((readKeys(answer) ?? []).map(({ kid, x, y }) => JSON.stringify([kid, x, y])).sort())
}

function sortedText(document: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(document).sort(([a], [b]) => (a < b ? -1 : 1)))
}
