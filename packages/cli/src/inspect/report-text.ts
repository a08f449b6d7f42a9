import { withoutSecrets, withoutTokens } from '../terminal/secrets.ts'
import { shown, shownJson } from '../terminal/shown.ts'
import type { RequestReport, SignatureReport } from './request-report.ts'
import type { ReportedTime, TokenReport } from './token-report.ts'

/** A token report as lines for a person. @param showsSecrets whether tokens within its claims are whole */
export function tokenLines(report: TokenReport, showsSecrets: boolean): readonly string[] {
  const { what, header, claims, times, thumbprint, fault, asks } = report
  return [
    verificationLine(report),
    '',
    `This is ${shown(what)}.`,
    '',
    ...section('Header', jsonLines(header, showsSecrets)),
    ...section('Claims', jsonLines(claims, showsSecrets)),
    ...section('Times', times.map(timeLine)),
    ...(thumbprint === undefined ? [] : section('Key', [`thumbprint of "cnf.jwk": ${shown(thumbprint)}`])),
    ...(fault === undefined ? [] : section('A resource would refuse it', [shown(fault)])),
    ...section('A resource would still ask for', asks.map(bullet)),
  ]
}

/** A request report as lines for a person. @param showsSecrets whether tokens and signatures are whole */
export function requestLines(report: RequestReport, form: string, showsSecrets: boolean): readonly string[] {
  const { method, target, headers, signatures, token, asks, answer } = report
  return [
    token === undefined
      ? 'NOT VERIFIED: nothing below was checked with a key.'
      : `${verificationLine(token)} The signature of the request is NOT VERIFIED: aauth verify does that.`,
    '',
    `This is a request (${form}): ${shown(`${method} ${target}`)}`,
    '',
    ...section('Header fields', headers.map(fieldLine(showsSecrets))),
    ...signatures.flatMap((signature) =>
      section(`Signature ${shown(signature.label)}`, signatureLines(signature)),
    ),
    ...(token === undefined
      ? []
      : [
          `It carries ${shown(token.what)}.`,
          '',
          ...section('Header of the token', jsonLines(token.header, showsSecrets)),
          ...section('Claims', jsonLines(token.claims, showsSecrets)),
          ...section('Times', token.times.map(timeLine)),
          ...(token.fault === undefined
            ? []
            : section('A resource would refuse the token', [shown(token.fault)])),
        ]),
    ...section('A resource would still ask for', asks.map(bullet)),
    ...(answer === undefined
      ? []
      : section(`The answer was ${answer.status}`, answer.headers.map(fieldLine(showsSecrets)))),
  ]
}

function verificationLine({ verification: { verified, reason } }: TokenReport): string {
  return verified ? `The token is verified: ${shown(reason)}.` : `NOT VERIFIED: ${shown(reason)}.`
}

function signatureLines({ covered, scheme, isSigned, nonce, times }: SignatureReport): readonly string[] {
  return [
    `scheme   ${scheme === undefined ? 'none' : shown(scheme)}`,
    `covers   ${shown(covered.join(' '))}`,
    ...(nonce === undefined ? [] : [`nonce    ${shown(nonce)}`]),
    ...times.map(timeLine),
    ...(isSigned ? [] : ['"Signature" does not have this label']),
  ]
}

function timeLine({ name, seconds, utc, relative }: ReportedTime): string {
  return `${name.padEnd(8)} ${utc} (${seconds}), ${relative}`
}

function fieldLine(showsSecrets: boolean): (line: readonly [string, string]) => string {
  return ([name, value]) =>
    `${shown(name)}: ${shown(showsSecrets ? value : withoutSecrets(name, value), 16_384)}`
}

/** Claims can hold tokens of others. */
function jsonLines(value: object, showsSecrets: boolean): readonly string[] {
  const text = shownJson(JSON.stringify(value, null, 2))
  return (showsSecrets ? text : withoutTokens(text)).split('\n')
}

function bullet(text: string): string {
  return `- ${shown(text)}`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), '']
}
