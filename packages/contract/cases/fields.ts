import type { Case, Suite } from './case.ts'

/** What senders do to the lines of a request that was signed well. */
export const fields: Suite = {
  about: 'lines',
  cases: [
    [
      'Host of a proxy has no effect when the resource has one authority [E07]',
      { wire: { host: ['Host: backend.internal:8080'] } },
      '200 person-1',
    ],
    [
      'forwarded headers have no effect [E07, E08, E09]',
      {
        wire: {
          after: [
            'X-Forwarded-Host: evil.example',
            'Forwarded: host=evil.example',
            'X-Original-URL: /admin',
            'X-Rewrite-URL: /admin',
          ],
        },
      },
      '200 person-1',
    ],
    [
      'a header cannot override the method [E06]',
      { method: 'POST', wire: { after: ['X-HTTP-Method-Override: DELETE'] } },
      '200 person-1',
    ],
    [
      'two Authorization lines are ambiguous [A06]',
      { wire: { after: ['Authorization: Basic a', 'Authorization: Basic b'] } },
      '400 invalid_request',
    ],
    [
      'two Content-Type lines are ambiguous [A06]',
      { wire: { after: ['Content-Type: text/plain', 'Content-Type: text/html'] } },
      '400 invalid_request',
    ],
    [
      'the signature of another agent on a separate line is ignored [A05, D06]',
      { wire: { before: ['Signature: other=:AAAA:'] } },
      '200 person-1',
    ],
    [
      'a repeated Signature line is refused as a repeated label [A05, B03]',
      { wire: { lines: (all) => [...all, ...all.filter((line) => line.startsWith('signature:'))] } },
      '401 invalid_signature',
    ],
    [
      'a covered field on two lines is accepted with its lines in order [A07]',
      {
        cover: ['x-tag'],
        headers: { 'x-tag': 'a, b' },
        wire: {
          lines: (all) => all.flatMap((line) => (line === 'x-tag: a, b' ? ['X-Tag: a', 'x-tag: b'] : [line])),
        },
      },
      '200 person-1',
    ],
    [
      'a covered field on two lines is refused with its lines in another order [A07]',
      {
        cover: ['x-tag'],
        headers: { 'x-tag': 'a, b' },
        wire: {
          lines: (all) => all.flatMap((line) => (line === 'x-tag: a, b' ? ['X-Tag: b', 'x-tag: a'] : [line])),
        },
      },
      '401 invalid_signature',
    ],
    [
      'white space around a covered value is not signed [A17]',
      {
        cover: ['x-tag'],
        headers: { 'x-tag': 'a  b' },
        wire: { lines: (all) => all.map((line) => line.replace('x-tag: a  b', 'x-tag: \t a  b \t')) },
      },
      '200 person-1',
    ],
    [
      'white space within a covered value is signed [A17]',
      {
        cover: ['x-tag'],
        headers: { 'x-tag': 'a  b' },
        wire: { lines: (all) => all.map((line) => line.replace('x-tag: a  b', 'x-tag: a b')) },
      },
      '401 invalid_signature',
    ],
    [
      'octets beyond ASCII in a field that is not covered are ignored [A10]',
      { wire: { after: ['X-Tag: caf\xe9'] } },
      '200 person-1',
    ],
    [
      'octets beyond ASCII in a covered field are refused [A10]',
      { cover: ['x-tag'], headers: { 'x-tag': 'caf\xe9' } },
      '401 invalid_signature',
    ],
    [
      'octets beyond ASCII in a signature field are refused [A10]',
      { wire: { lines: (all) => all.map((line) => line.replace(/^signature-input: sig=/, '$&\xe9')) } },
      '401 invalid_signature',
    ],
    [
      'a field that is named like a derived component is refused by Node [A11]',
      { wire: { after: ['@authority: evil.example'] } },
      '400 ',
    ],
    [
      'a covered field that was not sent is absent, even if objects inherit its name [A12]',
      { cover: ['constructor'] },
      '401 invalid_signature',
    ],
    [
      'a component that requests do not have cannot be covered [D10]',
      { mistake: 'unknown-derived-component' },
      '401 invalid_signature',
    ],
    [
      'a missing required component is listed in the answer [SIG-7, R11-090]',
      { mistake: 'omit-authority' },
      '401 invalid_input',
    ],
    [
      'a covered field of white space between two letters costs no more than any other [O05]',
      { cover: ['x-tag'], headers: { 'x-tag': `a${' '.repeat(8000)}b` } },
      '200 person-1',
    ],
    ...['AAuth a', 'aauth  a-._~+/Z9=='].map(
      (authorization): Case => [
        `Authorization: ${authorization} is one credential [ACCESS-1, R11-193]`,
        { headers: { authorization } },
        '200 person-1',
      ],
    ),
    ...['AAuth', 'AAuth ', 'AAuth a b', 'AAuth a,b', 'AAuth a=b', 'AAUTH\ta', 'AAuth  '].map(
      (authorization): Case => [
        `Authorization: ${JSON.stringify(authorization)} is not a credential, covered or not [ACCESS-1, R11-193]`,
        { headers: { authorization } },
        '400 invalid_request',
      ],
    ),
    [
      'a field of a name that objects inherit can be sent and covered [A12]',
      { cover: ['constructor'], headers: { constructor: 'x' } },
      '200 person-1',
    ],
    [
      'a hundred more lines change nothing',
      { wire: { after: Array.from({ length: 100 }, (_, index) => `X-${index}: ${index}`) } },
      '200 person-1',
    ],
    [
      'a field too many dictionaries deep is refused [B12]',
      {
        wire: {
          lines: (all) =>
            all.map((line) =>
              line.replace(
                /^signature: /,
                `$&${Array.from({ length: 40 }, (_, index) => `a${index}=1, `).join('')}`,
              ),
            ),
        },
      },
      '401 invalid_signature',
    ],
  ],
}
