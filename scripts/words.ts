/**
 * Lists retired words: identifiers that were renamed, and phrases that readers stumble over. Each has a better one beside
 * it. CHANGELOG may name them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFiles, root } from './repository-files.ts'

/** Identifier → the better one. */
const identifiers: Readonly<Record<string, string>> = {
  isAdmitted: 'isTrustedIssuer',
  sourceOf: 'keySourceOf',
  meetToken: 'verifyNewToken',
  demandGrant: 'assertGrant',
  demandLiving: 'assertMissionActive',
  demandActive: 'assertMissionActive',
  demandAlive: 'assertTokenLive',
  issueFor: 'issueForRequest',
  ServerLine: 'ConcurrencyLimiter and CircuitBreaker',
  NotAsked: 'CircuitOpenError or QueueFullError',
  ServerSilent: 'ServerUnavailableError',
  FirstContactBudget: 'DiscoveryRateLimiter',
  MissionWatch: 'MissionMonitor',
  MissionWatching: 'MissionMonitorFactory',
  watchMissions: 'monitorMissions',
  maxStrangers: 'maxUnlisted',
  revokers: 'revocationDelegates',
  olderPresentedJti: 'legacyPersonTokenJti',
  checkRequirement: 'validateRequirement',
  dropMission: 'removeMissionHeader',
  hideMission: 'removeMissionHeader',
  withoutMission: 'withoutMissionHeader',
  onRefusal: 'onDecision',
  DictionaryFault: 'DictionarySyntaxError',
  cutTarget: 'splitTarget',
  verifyAny: 'verifyAnyToken',
  Departure: 'ExchangeMismatch',
  departureNamed: 'mismatchNamed',
  alongside: 'alternativeCredential',
  residue: 'outstandingTokens',
  demandLive: 'assertTokenLive',
}

/** Phrase → what to write instead. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [/\bstrangers?\b/i, '"unlisted issuer", or "unauthenticated client"'],
  [/\b(?:a|the|in|no) doubts?\b/i, '"suspected termination"'],
  [/\bat rest\b/i, 'what is meant'],
  [/\bends? of (?:a |the )?missions?\b/i, '"termination of a mission"'],
  [/(?<!there )\b(?:is|are) no (?!longer\b|more\b|\w+er\b)[a-z]/i, '"is not a …"'],
  [/\bnames no\b/i, '"does not name a …"'],
  [/\bas ever\b/i, '"still"'],
]

const files = repositoryFiles().filter(
  (file) =>
    /\.(?:ts|md|json)$/.test(file) &&
    !/^(?:CHANGELOG|scripts\/words\.ts|pnpm-lock|api\/|docs\/(?:attacks|requirements)\.md)/.test(file),
)

/** Words of English that were names of ours: only a call or an import of them is meant. */
const calls: Readonly<Record<string, string>> = {
  satisfy: 'enforceRequirement',
  admit: 'assertIssuerTrusted',
  demand: 'assert',
  certify: 'recordProvenance',
  climb: 'answerChallenges',
  ladder: 'call',
  renewal: 'renewalRequirement',
}
const called = new RegExp(`(?<![\\w.])(?:${Object.keys(calls).join('|')})(?=\\()`, 'g')
const names = new RegExp(`\\b(?:${Object.keys(identifiers).join('|')})\\b`, 'g')
let faults = 0
for (const file of files) {
  const text = readFileSync(join(root, file), 'utf8')
  for (const [index, line] of text.split('\n').entries()) {
    for (const [name] of line.matchAll(names)) report(file, index, `"${name}"`, identifiers[name] as string)
    for (const [name] of line.matchAll(called)) report(file, index, `"${name}("`, calls[name] as string)
    for (const [phrase, better] of phrases) {
      const found = phrase.exec(line)
      if (found) report(file, index, `"${found[0]}"`, better)
    }
  }
}
if (faults > 0) process.exit(1)
console.log('words: nothing retired is left')

function report(file: string, index: number, what: string, better: string): void {
  faults += 1
  console.error(`words: ${file}:${index + 1} says ${what}: write ${better}`)
}
