import type { LogReplay, Replayed } from '@aauth-guard/audit'
import { type Given, textOf } from '../command.ts'
import { shown, shownJson } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { evidenceFiles, readKey, verificationOptions, withReadableFiles } from './inputs.ts'
import { counted, verificationLines } from './report-text.ts'

/** Decisions that failed and are printed. */
const mostPrinted = 100

const meanings: Readonly<Record<keyof LogReplay['outcomes'], string>> = {
  verified: 'signature and token verify with the recorded keys, at the recorded time',
  failed: 'the evidence does not prove the decision',
  unreadable: 'the evidence cannot be read: pass --private-key of its recipient',
  erased: 'the evidence was erased',
  missing: 'the evidence is in none of the files',
  withheld: 'not kept, since the signature covers a credential',
  lost: 'the evidence could not be written',
  none: 'without evidence, as of callers who did not verify',
}

/** `aauth audit replay`. @returns the exit code */
export async function replay(given: Given, terminal: Terminal): Promise<number> {
  const options = await verificationOptions(given, terminal)
  const evidence = await evidenceFiles(given)
  const file = textOf(given, 'private-key')
  const privateKey = file === undefined ? undefined : await readKey('--private-key', file)
  const failed: Replayed[] = []
  const { replayLog } = await import('@aauth-guard/audit')
  const replayed = await withReadableFiles(() =>
    replayLog(given.positionals, {
      ...options,
      evidence,
      ...(privateKey && { privateKey }),
      onDecision: (one) => {
        if (one.outcome === 'failed' && failed.length < mostPrinted) failed.push(one)
      },
    }),
  )
  terminal.print(
    given.values.json === true
      ? shownJson(JSON.stringify({ ...replayed, failed }))
      : replayLines(replayed, failed).join('\n'),
  )
  return replayed.ok ? 0 : 1
}

function replayLines({ log, outcomes }: LogReplay, failed: readonly Replayed[]): readonly string[] {
  const found = Object.entries(outcomes).filter(([, count]) => count > 0)
  const more = outcomes.failed - failed.length
  return [
    ...verificationLines(log),
    '',
    ...found.map(
      ([outcome, count]) =>
        `${counted(count, 'decision')} ${outcome}: ${meanings[outcome as keyof LogReplay['outcomes']]}`,
    ),
    ...failed.map(({ seq, event, faults }) =>
      shown(`  record ${seq}, ${event.method} ${event.path}: ${faults.join('; ')}`),
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    'Trust, revocation and mission status are as they were observed.',
  ]
}
