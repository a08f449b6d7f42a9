import { claims } from '../claim.ts'
import { planner } from '../identities.ts'
import { agentToken } from '../tokens.ts'
import { field, lines } from '../wire.ts'

const manyLabels = Array.from({ length: 8 }, (_, index) => `l${index}=:AAAA:`).join(', ')

const manyFields = Array.from({ length: 29 }, (_, index) => `x-${index}`)

/** `Signature-Input`, `Signature` and `Signature-Key`: their syntax and their labels. */
export const signatureFields = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'another-label': {
        title: 'A label may be any name',
        ids: 'SIG-4 D02',
        send: { label: 'x1' },
        auth: planner,
      },
      'signature-of-a-proxy': {
        title: 'A signature under another label is ignored',
        ids: 'SIG-5 R11-084 D05 D06',
        send: {
          wire: lines(['signature-input', 'proxy=("@method");created=1'], ['signature', 'proxy=:AAAA:']),
        },
        auth: planner,
      },
      'unknown-scheme-beside': {
        title: 'An unknown scheme under another label is ignored',
        ids: 'SIG-5 R11-084',
        send: {
          headers: {
            'signature-key': 'other=quantum;z="1"',
            'signature-input': 'other=("@method")',
            signature: 'other=:AAAA:',
          },
        },
        auth: planner,
      },
      'loose-white-space': {
        title: 'White space around a comma is allowed',
        ids: 'SIG-3',
        send: { wire: field('signature', (value) => `  ${value} \t,  other=?1 `) },
        auth: planner,
      },
    },
    refuse: {
      'no-signature': {
        title: 'Signature must be present',
        ids: 'SIG-1 R11-080',
        send: { mistake: 'no-signature' },
        error: 'invalid_signature',
      },
      'no-signature-input': {
        title: 'Signature-Input must be present',
        ids: 'SIG-1 R11-080',
        send: { mistake: 'no-signature-input' },
        error: 'invalid_signature',
      },
      'no-signature-key': {
        title: 'Signature-Key must be present',
        ids: 'SIG-1 R11-080',
        send: { mistake: 'no-signature-key' },
        error: 'invalid_signature',
      },
      'empty-signature': {
        title: 'An empty Signature is refused',
        ids: 'SIG-1 R11-080',
        send: { mistake: 'empty-signature' },
        error: 'invalid_signature',
      },
      'signature-as-token': {
        title: 'A signature must be a byte sequence',
        ids: 'SIG-3 R11-082 B11',
        send: { mistake: 'signature-as-token' },
        error: 'invalid_signature',
      },
      'signature-in-base64url': {
        title: 'A byte sequence must be standard base64',
        ids: 'SIG-3 R11-082 B11',
        send: { mistake: 'base64url-signature' },
        error: 'invalid_signature',
      },
      'input-no-list': {
        title: 'The covered components must be an inner list',
        ids: 'SIG-3 R11-082',
        send: { wire: field('signature-input', () => 'sig=1') },
        error: 'invalid_signature',
      },
      'component-no-string': {
        title: 'A covered component must be a string',
        ids: 'SIG-3 R11-082 B10',
        send: { wire: field('signature-input', (value) => value.replace('"@method"', 'method')) },
        error: 'invalid_signature',
      },
      'short-signature': {
        title: 'A signature has 64 octets',
        ids: 'SIG-24 B11',
        send: { mistake: 'short-signature' },
        error: 'invalid_signature',
      },
      'other-label-in-input': {
        title: 'The same label must be in all three fields',
        ids: 'SIG-4 R11-083 D01',
        send: { mistake: 'label-mismatch' },
        error: 'invalid_signature',
      },
      'label-twice': {
        title: 'A label must occur once in a field',
        ids: 'SIG-3 R11-085 B03',
        send: { mistake: 'duplicate-label' },
        error: 'invalid_signature',
      },
      'parameter-twice': {
        title: 'A parameter must be given once',
        ids: 'B04',
        send: { mistake: 'duplicate-parameter' },
        error: 'invalid_signature',
      },
      'two-tokens': {
        title: 'Two signatures with a token are ambiguous',
        ids: 'SIG-6 R11-085 D04',
        send: { mistake: 'two-jwt-labels' },
        error: 'invalid_signature',
      },
      'nine-labels': {
        title: 'A field holds at most eight labels',
        ids: 'SIG-26 B12',
        send: { wire: lines(['signature', manyLabels]) },
        error: 'invalid_signature',
      },
      'seventeen-parameters': {
        title: 'A signature has at most sixteen parameters',
        ids: 'SIG-26 B12',
        send: { params: Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`x${index}`, index])) },
        error: 'invalid_signature',
      },
      'thirty-three-components': {
        title: 'A signature covers at most 32 components',
        ids: 'SIG-26 B12',
        send: {
          headers: Object.fromEntries(manyFields.map((name) => [name, '1'])),
          cover: manyFields,
        },
        error: 'invalid_signature',
      },
      'long-signature-input': {
        title: 'Signature-Input has at most 4096 octets',
        ids: 'SIG-26',
        send: { params: { nonce: 'n'.repeat(4096) } },
        error: 'invalid_signature',
      },
      'no-comma': {
        title: 'Two labels must be separated by a comma',
        ids: 'SIG-3 B09',
        send: { wire: field('signature', (value) => `${value} other=:AAAA:`) },
        error: 'invalid_signature',
      },
      'trailing-comma': {
        title: 'A dictionary must not end with a comma',
        ids: 'SIG-3 B09',
        send: { wire: field('signature', (value) => `${value},`) },
        error: 'invalid_signature',
      },
    },
  },
)
