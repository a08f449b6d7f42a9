import { type Command, type Given, UsageError } from '../command.ts'
import { quotedForTerminal } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { replay } from './replay.ts'
import { verify } from './verify.ts'

const help = `aauth audit verify FILE… [--key PUBLIC] [--checkpoint FILE] [--json]
aauth audit replay FILE… --evidence FILE|FOLDER [--private-key FILE] [--key PUBLIC] [--checkpoint FILE] [--json]

verify says whether a record of an audit log was edited, removed or put elsewhere. FILE… are all files of one log, in any
order. It says which proof it gave:

  signed        nobody without the key can have made these records
  open end      that holds up to a checkpoint, which it names; the records behind it only belong together
  chain only    the records belong together, but whoever can write the files can have made all of them

replay verifies the log, and then signature and token of each request again, with the keys and by the time that were
recorded. Trust, revocation and mission status are shown as they were observed.

  --key FILE          the public key of checkpoints: an Ed25519 key as JWK; may be repeated
  --checkpoint FILE   checkpoints that were kept elsewhere: what onCheckpoint handed over, one JSON object in each line.
                      With the last one, records that were cut off are found as well
  --evidence PATH     a file of evidence, or a folder with such files; may be repeated
  --private-key FILE  the private half of "recipient", as JWK
  --json              prints one JSON document

Exit codes: 0 in order; 1 something is wrong; 2 not done as written.

Example:
  npx @aauth-guard/cli audit verify audit/*.jsonl --key audit-public.json --checkpoint checkpoints.jsonl
  npx @aauth-guard/cli audit replay audit/*.jsonl --evidence evidence --private-key evidence-private.json`

const actions: Readonly<Record<string, (given: Given, terminal: Terminal) => Promise<number>>> = {
  verify,
  replay,
}

export const command: Command = {
  help,
  options: {
    key: { type: 'string', multiple: true },
    checkpoint: { type: 'string', multiple: true },
    evidence: { type: 'string', multiple: true },
    'private-key': { type: 'string' },
  },
  async run({ values, positionals: [name, ...files] }, terminal) {
    const action = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined
    if (action === undefined)
      throw new UsageError(
        name === undefined
          ? 'nothing says what to do: write aauth audit verify FILE…, or replay'
          : `${quotedForTerminal(name)} is not an action: write verify or replay`,
      )
    if (files.length === 0)
      throw new UsageError(`no file is named: write aauth audit ${name} with all files of the log`)
    return action({ values, positionals: files }, terminal)
  },
}
