import type { LogVerification } from '@aauth-guard/audit'
import { shown } from '../terminal/shown.ts'

const proofs: Readonly<Record<LogVerification['proof'], (log: LogVerification) => string>> = {
  signed: () => 'signed: nobody without the key can have made these records.',
  'open end': ({ signedUntil, lastSeq = 0 }) =>
    `open end: signed up to record ${signedUntil}; the last ${lastSeq - (signedUntil ?? 0)} records only belong together.`,
  'chain only': () =>
    'chain only: the records belong together, but whoever can write the files can have made all of them.',
}

const ends: Readonly<Record<LogVerification['end'], string>> = {
  closed: 'The log ends with its closing record.',
  rotated: 'Another file follows the last one, which was not given or does not exist yet.',
  open: 'The log does not end with a closing record: it is being written, its process was killed, or records were cut off.',
}

/** What was found in a log, as lines for a person. */
export function verificationLines(log: LogVerification): readonly string[] {
  const { faults, faultCount, files, records, firstSeq, lastSeq } = log
  if (!log.ok)
    return [
      `Not in order: ${counted(faultCount, 'fault')} in ${counted(records, 'record')} of ${counted(files, 'file')}.`,
      ...faults.map(({ code, file, line, message }) =>
        shown(`  ${code}: ${file}${line === undefined ? '' : ` line ${line}`} ${message}`),
      ),
      ...(faultCount > faults.length ? [`  and ${faultCount - faults.length} more`] : []),
    ]
  return [
    `In order: records ${firstSeq} to ${lastSeq} of ${counted(files, 'file')}.`,
    `Proof: ${proofs[log.proof](log)}`,
    ends[log.end],
    ...notes(log),
  ]
}

function notes(log: LogVerification): readonly string[] {
  const { beginsLater, checkpointsFound, unclosed, gaps, lost, clockSteps } = log
  return [
    beginsLater && 'Earlier files of the log were not given.',
    checkpointsFound > 0 && `${counted(checkpointsFound, 'checkpoint')} that you kept agree with the log.`,
    unclosed.length > 0 &&
      `The process of ${unclosed.map((name) => shown(name)).join(', ')} was killed. Between its last checkpoint and the next start, records can have been cut off, changed or added.`,
    gaps > 0 &&
      `${counted(gaps, 'gap')}: the log could not be written, and up to ${counted(lost, 'record')} are missing.`,
    clockSteps > 0 && `The clock went back ${counted(clockSteps, 'time')}, which is not a fault.`,
  ].filter((note) => typeof note === 'string')
}

/** A number and what it counts. */
export function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
