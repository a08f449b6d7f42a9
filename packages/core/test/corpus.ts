import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = process.env.AAUTH_VECTORS ?? resolve(import.meta.dirname, '../../../../shared/vectors')

/** Why a corpus test is skipped, for its title; `undefined` when the corpus is there. */
export function missing(folder: string): string | undefined {
  return existsSync(join(root, folder)) ? undefined : `skipped: no ${folder} in AAUTH_VECTORS`
}

/** The path of a file of the third-party corpora, which are not part of this repository. */
export function corpusPath(...names: string[]): string {
  return join(root, ...names)
}

/** A JSON file of the corpora. */
export function readCorpus<T>(...names: string[]): T {
  return JSON.parse(readFileSync(corpusPath(...names), 'utf8')) as T
}
