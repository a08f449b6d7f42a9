import { assert } from '../assert/assert.ts'
import { quoted } from '../wire/quoted.ts'

/** @throws {TypeError} for a value that is not the beginning of an https URL */
export function checkProblemTypes(given: string | undefined): string | undefined {
  assert(
    given === undefined || (typeof given === 'string' && given.length <= 512 && isHttps(given)),
    `"problemTypes" is ${quoted(given)}, which is not an https URL: write, for example, "https://docs.example/errors#"`,
  )
  return given
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:' && encodeURI(text) === text
}
