import { resolve } from 'node:path'
import { type Command, type Given, textOf, UsageError } from '../command.ts'
import { quotedForTerminal, shown } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type Algorithm, algorithms, type KeyPair, makeKeyPair } from './make-key.ts'
import { writeNewFile } from './write-new-file.ts'

const help = `aauth keygen [--alg Ed25519|ES256] [--out FILE] [--env] [--json]

Makes the signing key of an API: a private JWK with "kid" and "alg", for "signingKey" of createResource, and its public
half. The "kid" is the thumbprint of the key.

  --alg ALG    Ed25519 (default) or ES256
  --out FILE   writes the private key into a new file that only you can read; nothing is overwritten
  --env        prints the variable for resourceFromEnv() of @aauth-guard/core/env: AAUTH_SIGNING_KEY with the key
               itself, or AAUTH_SIGNING_KEY_FILE where --out is given
  --json       prints one JSON document, with the private key unless --out is given

One of --out, --env and --json says where the private key goes.

Example:
  npx @aauth-guard/cli keygen --out signing-key.json
  npx @aauth-guard/cli keygen --env >> .env`

export const command: Command = {
  help,
  options: { alg: { type: 'string' }, out: { type: 'string' }, env: { type: 'boolean' } },
  async run(given, terminal) {
    checkCombination(given)
    const out = textOf(given, 'out')
    const pair = await makeKeyPair(algorithmOf(given))
    if (out !== undefined) await writeNewFile(out, `${JSON.stringify(pair.privateKey, null, 2)}\n`)
    if (given.values.json === true) printJson(terminal, pair, out)
    else if (given.values.env === true) printVariable(terminal, pair, out)
    else printPublicKey(terminal, pair)
    if (out === undefined) terminal.say('This is secret. Keep it out of repositories, logs and images.')
    else terminal.say(`The private key is in ${shown(out)}, which only you can read.`)
    return 0
  },
}

function printJson(terminal: Terminal, { thumbprint, publicKey, privateKey }: KeyPair, out?: string): void {
  const private_ = out === undefined ? { privateKey } : { file: resolve(out) }
  terminal.print(JSON.stringify({ thumbprint, publicKey, ...private_ }))
}

/** In base64url, since JSON needs quotation marks in some files of variables and must not have them in others. */
function printVariable(terminal: Terminal, pair: KeyPair, out?: string): void {
  const key = Buffer.from(JSON.stringify(pair.privateKey)).toString('base64url')
  terminal.print(
    out === undefined ? `AAUTH_SIGNING_KEY=${key}` : `AAUTH_SIGNING_KEY_FILE=${shown(resolve(out))}`,
  )
  terminal.say(`Thumbprint: ${pair.thumbprint}`)
  terminal.say(`Public key: ${JSON.stringify(pair.publicKey)}`)
}

function printPublicKey(terminal: Terminal, { thumbprint, publicKey }: KeyPair): void {
  terminal.print(JSON.stringify(publicKey, null, 2))
  terminal.say(`Thumbprint: ${thumbprint}`)
}

function algorithmOf(given: Given): Algorithm {
  const wanted = textOf(given, 'alg') ?? 'Ed25519'
  const known = algorithms.find((alg) => alg === wanted)
  if (known === undefined)
    throw new UsageError(`--alg ${quotedForTerminal(wanted)} is not accepted: write Ed25519 or ES256`)
  return known
}

function checkCombination({ values: { out, env, json }, positionals: [more] }: Given): void {
  if (more !== undefined)
    throw new UsageError(
      `${quotedForTerminal(more)} is not an option: name a file with --out; aauth keygen --help`,
    )
  if (env === true && json === true)
    throw new UsageError('--env and --json both say what is printed: write one of them')
  if (out === undefined && env !== true && json !== true)
    throw new UsageError(
      'nothing says where the private key goes: write --out FILE, or print it with --env or --json',
    )
  if (out === '') throw new UsageError('--out is empty: name a new file')
}
