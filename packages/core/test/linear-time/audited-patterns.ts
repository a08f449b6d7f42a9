/** A regular expression of the published packages. */
export interface AuditedPattern {
  readonly pattern: RegExp
  /** The text that it meets, and what bounds that. */
  readonly meets: string
  /** What makes it run long before it fails: text before and behind. */
  readonly almost: readonly (readonly [before: string, behind: string])[]
}

const anywhere = [
  ['', ''],
  ['', '\n'],
] as const

/**
 * Every regular expression literal in the source of the published packages. A new one is added once somebody has made
 * sure that it takes linear time: what a part repeats is nothing that the part behind it begins with, and what is looked
 * for anywhere is of fixed length.
 */
export const auditedPatterns: readonly AuditedPattern[] = [
  {
    pattern: /^[A-Za-z0-9_-]+$/,
    meets: 'the name of a sealing key, at most 32 characters',
    almost: anywhere,
  },
  {
    pattern: /^[A-Za-z0-9_.-]+$/,
    meets: 'a token in Signature-Key, 12 288 octets',
    almost: anywhere,
  },
  {
    pattern: /^[0-9a-f]{64}$/i,
    meets: 'the file of AAUTH_PERSON_HASH_KEY_FILE, 65 536 octets',
    almost: anywhere,
  },
  {
    pattern: /^[A-Za-z0-9+/_-]{43}=?$/,
    meets: 'the file of AAUTH_PERSON_HASH_KEY_FILE, 65 536 octets',
    almost: anywhere,
  },
  {
    pattern: /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/,
    meets: 'Expires and Date of issuers, up to what fetch lets pass',
    almost: [['Thu, 01 Jan 2026 00:00:00 GM', '']],
  },
  {
    pattern: /^http:\/\/(?:localhost|127\.0\.0\.1)(?::|$)/,
    meets: 'options that are not server identifiers',
    almost: [['http://localhost', '']],
  },
  {
    pattern: /^http:\/\/(?:localhost|127\.0\.0\.1):([1-9][0-9]{0,4})$/,
    meets: 'AAUTH_DEV and issuers of development',
    almost: [['http://localhost:1', '']],
  },
  {
    pattern: /^aauth:[A-Za-z0-9._+-]{1,255}@(?:localhost|127\.0\.0\.1):[0-9]{1,5}$/,
    meets: 'agent identifiers, 515 characters',
    almost: [['aauth:', '@localhost']],
  },
  { pattern: /[^\x20-\x7e…]/g, meets: 'texts of log lines, 129 characters', almost: anywhere },
  { pattern: /^[\t\x20-\x7e]*$/, meets: 'covered components, 16 KiB each', almost: anywhere },
  {
    pattern: /^(?:@[a-z-]+|[a-z0-9!#$%&'*+.^_`|~-]+)$/,
    meets: 'names of covered components, 4 KiB',
    almost: anywhere,
  },
  { pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, meets: 'methods', almost: [['GET', ' ']] },
  {
    pattern: /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i,
    meets: 'Host, up to what the host of the program lets pass',
    almost: [
      ['a', ':'],
      ['[', ']:'],
    ],
  },
  {
    pattern: /^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$/,
    meets: 'Expires and Date of answers of issuers, of fixed length',
    almost: anywhere,
  },
  { pattern: /^[a-z][a-z0-9+.-]*:[^\s]+$/, meets: 'options: URIs of vocabularies', almost: [['a:', ' ']] },
  {
    pattern: /^(?:cookie2?|host|origin|referer|(?:aauth|sec|content|signature)(?:-.*)?)$/,
    meets: 'options: names of header fields',
    almost: [['sec-', '\n']],
  },
  { pattern: /^[!-~][ -~]{0,511}$/, meets: 'options: values of WWW-Authenticate', almost: [['a', '\n']] },
  { pattern: /^[a-z*][a-z0-9_.*-]{0,63}$/, meets: 'options: Signature-Key schemes', almost: [['a', ' ']] },
  { pattern: /:443$/, meets: 'Host and the authority of absolute form', almost: [['a', ':44']] },
  { pattern: /^[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+)/i, meets: 'Authorization', almost: [[' ', '=']] },
  { pattern: /^[ \t]*aauth(?![!#$%&'*+.^_`|~0-9a-z-])/i, meets: 'Authorization', almost: [[' ', ' aaut']] },
  {
    pattern: /^[ \t]*aauth +[a-z0-9._~+/-]+=*[ \t]*$/i,
    meets: 'Authorization',
    almost: [
      ['AAuth ', '!'],
      ['AAuth a', '= !'],
      ['AAuth ', 'a b'],
    ],
  },
  { pattern: /^https?:\/\/([^/?#]*)(.*)$/i, meets: 'request targets', almost: [['https://', '\n']] },
  { pattern: /^[\x21-\x7e]+$/, meets: 'request targets', almost: anywhere },
  { pattern: /[\\"<>^`{}]/, meets: 'paths', almost: anywhere },
  { pattern: /["<>]/, meets: 'queries', almost: anywhere },
  { pattern: /(?:^|\/)\.{1,2}(?:\/|$)/, meets: 'paths', almost: [['/', '/..a']] },
  { pattern: /%(?:2[de]|3[0-9]|[46][1-9a-f]|[57][0-9a]|5f|7e)/i, meets: 'paths', almost: [['/', '%5']] },
  {
    pattern: /[a-z*][a-z0-9_.*-]*/y,
    meets: 'signature fields and AAuth-Mission, 12 KiB at most',
    almost: anywhere,
  },
  {
    pattern: /"[\x20\x21\x23-\x5b\x5d-\x7e]*(?:\\["\\][\x20\x21\x23-\x5b\x5d-\x7e]*)*"/y,
    meets: 'signature fields and AAuth-Mission, 12 KiB at most',
    almost: [
      ['"', '\n'],
      ['"\\"', '\\'],
    ],
  },
  {
    pattern: /-?(?:([0-9]{1,12}\.[0-9]{1,3})(?![0-9.])|([0-9]{1,15})(?![0-9.]))/y,
    meets: 'signature fields and AAuth-Mission, 12 KiB at most',
    almost: [['-1', '.']],
  },
  {
    pattern: /[A-Za-z*][!#$%&'*+.^_`|~A-Za-z0-9:/-]*/y,
    meets: 'signature fields and AAuth-Mission, 12 KiB at most',
    almost: anywhere,
  },
  {
    pattern: /:([A-Za-z0-9+/]*={0,2}):/y,
    meets: 'signature fields and AAuth-Mission, 12 KiB at most',
    almost: [[':', '==']],
  },
  {
    pattern: /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y,
    meets: 'signature fields and AAuth-Mission, 12 KiB at most',
    almost: [['%"', '%2']],
  },
  {
    pattern: /=:[A-Za-z0-9+/]*[-_]/,
    meets: 'Signature, 4 KiB',
    almost: [
      ['=:', '='],
      ['=:=:', ':'],
    ],
  },
  { pattern: /^[A-Za-z-]{1,32}(?= )/, meets: 'Authorization', almost: [['Bearer', '']] },
  { pattern: /\\(["\\])/g, meets: 'strings in those fields', almost: anywhere },
  { pattern: /[-0-9]/, meets: 'one character of those fields', almost: anywhere },
  { pattern: /["\\]/, meets: 'parameters of a signature, 4 KiB', almost: anywhere },
  { pattern: /["\\]/g, meets: 'parameters of a signature, 4 KiB', almost: anywhere },
  {
    pattern: /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/,
    meets: 'strings in JSON, 128 KiB',
    almost: [['\ud83d\ude00', '\ud83d\ude00']],
  },
  { pattern: /[^\s,:[\]{}"]+/y, meets: 'JSON, 128 KiB', almost: anywhere },
  {
    pattern: /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
    meets: 'claim scope, 2048 characters',
    almost: [['a', ' ']],
  },
  { pattern: /\p{Cc}/u, meets: 'claims and accounts, 512 characters', almost: [['\u00e9', '\u00e9']] },
  { pattern: /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, meets: 'digests and thumbprints', almost: anywhere },
  {
    pattern: /^(?:e[d-f]|f.)(?:ff){30}7f$/,
    meets: 'a point in 64 hexadecimal digits',
    almost: [['ed', '7']],
  },
  {
    pattern: /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)[ \t]*(?:;|$)/i,
    meets: 'Content-Type of answers of issuers',
    almost: [
      ['application/a', '+jso'],
      ['application/json ', '!'],
    ],
  },
  {
    pattern: /^application\/json[ \t]*(?:;|$)/i,
    meets: 'Content-Type',
    almost: [['application/json ', '!']],
  },
  { pattern: /^[0-9]{1,15}$/, meets: 'Cache-Control of answers of issuers', almost: [['1', 'a']] },
  {
    pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/,
    meets: 'times in mission blobs and answers about missions',
    almost: [['2026-01-01T00:00:00.1', 'Z']],
  },
  { pattern: /^[\x20-\x7e]{1,128}$/, meets: 'reasons of terminations', almost: anywhere },
  { pattern: /^[\x20-\x7e]*$/, meets: 'hints', almost: anywhere },
  { pattern: /[^\x20-\x7e]/g, meets: 'hints', almost: anywhere },
  { pattern: /^\[|\]$/g, meets: 'host names that are dialled, 253 characters', almost: [['[', ']']] },
  { pattern: /^[a-z0-9!#$%&'*+.^_`|~-]+$/, meets: 'options', almost: anywhere },
  { pattern: /^[a-z0-9.-]{1,253}(?::[1-9][0-9]{0,4})?$/, meets: 'options', almost: anywhere },
  { pattern: /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/, meets: 'options', almost: anywhere },
  {
    pattern: /^127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$/,
    meets: 'options',
    almost: [['127.1.1.', '']],
  },
  { pattern: /^[A-Z][A-Z0-9_]{1,63}$/, meets: 'codes of errors of `fetch`', almost: [['E', '-']] },
  { pattern: /^https:\/\/[^\s]+$/, meets: 'options', almost: [['https://', ' ']] },
  { pattern: /:[0-9]+$/, meets: 'addresses and Host, up to 16 384 octets', almost: anywhere },
  { pattern: /:0$/, meets: 'addresses and Host, up to 16 384 octets', almost: anywhere },
  { pattern: /^[A-Za-z0-9._~-]{32,256}$/, meets: 'the line of a proxy, 131 072 octets', almost: anywhere },
  { pattern: /^\/[\x21-\x7e]*$/, meets: 'the line of a proxy, 131 072 octets', almost: anywhere },
  { pattern: /:\d+$/, meets: 'the configuration of a gateway, which its operator writes', almost: anywhere },
  {
    pattern: /^[A-Za-z0-9.:[\]-]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[A-Za-z0-9._-]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[A-Za-z0-9._:/[\]-]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[a-z0-9.:[\]-]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^(?:\/[\w.~!$&'()+,=:@%-]*)+$/,
    meets: 'targets of requests, up to 16 384 octets',
    almost: anywhere,
  },
  {
    pattern: /^(?:\/[\w.~!$&'()+,=:@-]+)*$/,
    meets: 'targets of requests, up to 16 384 octets',
    almost: anywhere,
  },
  {
    pattern: /^(?:https?:\/\/[^/?#]*)?(?=[/?]|$)/i,
    meets: 'targets of requests, up to 16 384 octets',
    almost: anywhere,
  },
  { pattern: /^[A-Z][A-Z-]{0,31}$/, meets: 'targets of requests, up to 16 384 octets', almost: anywhere },
  { pattern: /^\/(?:[/\\]|%2f|%5c)/i, meets: 'targets of requests, up to 16 384 octets', almost: anywhere },
  { pattern: /%(?![0-9a-f]{2})/i, meets: 'targets of requests, up to 16 384 octets', almost: anywhere },
  { pattern: /[?#;]/, meets: 'targets of requests, up to 16 384 octets', almost: anywhere },
  { pattern: /[?#]/, meets: 'targets of requests, up to 16 384 octets', almost: anywhere },
  {
    pattern: /^127(?:\.[0-9]{1,3}){3}$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  { pattern: /./, meets: 'the configuration of a gateway, which its operator writes', almost: anywhere },
  {
    pattern: /^(?:[A-Z-]+(?:,[A-Z-]+)* )?(?:\/\S*|rest)$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):[0-9]{1,5}$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^(?:https?:\/\/[^\s/?#@]+\/?|unix:\/\S+)$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^(?:unix:\/\S+|(?:\[[0-9a-fA-F:.]+\]|[\w.-]+):[0-9]{1,5})$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^@?[a-z0-9-]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[^\s/?#A-Z]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[a-z0-9][a-z0-9._-]{0,62}$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^\/\S*[^\s/]$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^https?:\/\/\S+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^"(\w+)/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^"([\w.]+)"/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^(?:\/[\w.~!$&'()+,=:@-]+)+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^.{1,128}$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[!#$%&'*+.^`|~\w-]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^https?:\/\/[^/?#\s]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[A-Za-z_]\w*$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  {
    pattern: /^[^\0]+$/,
    meets: 'the configuration of a gateway, which its operator writes',
    almost: anywhere,
  },
  { pattern: /^\w+$/, meets: 'the configuration of a gateway, which its operator writes', almost: anywhere },
]

/** Built of parts, and timed through the functions that hold them: `isServerId` and `isAgentId`. */
export const builtPatterns: readonly string[] = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the source
  'RegExp(`^https://${host}$`)',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the source
  'RegExp(`^aauth:[A-Za-z0-9._+-]{1,255}@${host}$`)',
]
