import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { quoted } from '../wire/quoted.ts'
import type { ResourceDisplay } from './settings.ts'

const displayMembers: readonly string[] = [
  'name',
  'description',
  'logo_uri',
  'logo_dark_uri',
  'documentation_uri',
  'tos_uri',
  'policy_uri',
]

/**
 * Members for people. The rest of the document describes what the resource enforces and cannot be set (META-4, META-6).
 * @throws {TypeError}
 */
export function checkDisplay(display: ResourceDisplay): ResourceDisplay {
  const { r3_vocabularies: vocabularies, ...texts } = display
  assertKnownMembers(display, [...displayMembers, 'r3_vocabularies'], '"metadata"')
  for (const [name, value] of Object.entries(texts)) {
    assert(
      typeof value === 'string' && (!name.endsWith('_uri') || /^https:\/\/[^\s]+$/.test(value)),
      `"metadata.${name}" is ${quoted(value)}: write ${name.endsWith('_uri') ? 'an https URL' : 'a string'}`,
    )
  }
  if (vocabularies === undefined) return { ...texts }
  return { ...texts, r3_vocabularies: checkVocabularies(vocabularies) }
}

/** A vocabulary is named by a URI; agents fetch what describes it from an https URL (R3-00, vocabularies). */
function checkVocabularies(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  assert(
    typeof given === 'object' && given !== null && !Array.isArray(given),
    `"metadata.r3_vocabularies" is ${quoted(given)}: write an object that maps the URI of each vocabulary to an https URL`,
  )
  for (const [name, url] of Object.entries(given))
    assert(
      /^[a-z][a-z0-9+.-]*:[^\s]+$/.test(name) && typeof url === 'string' && /^https:\/\/[^\s]+$/.test(url),
      `"metadata.r3_vocabularies" contains ${quoted(name)}: ${quoted(String(url))}, which is not a URI and an https URL: write, for example, "urn:aauth:vocabulary:openapi": "https://notes.example/openapi.json"`,
    )
  return { ...given }
}
