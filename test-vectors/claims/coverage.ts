import { claims } from '../claim.ts'
import { base, planner } from '../identities.ts'
import { agentToken } from '../tokens.ts'
import { splitLine, target } from '../wire.ts'

/** What a signature covers, and what it must cover. */
export const coverage = claims(
  'both',
  { route: { accept: 'agent-token' }, token: agentToken() },
  {
    accept: {
      'further-fields-covered': {
        title: 'A signature may cover further fields',
        ids: 'SIG-24 R11-102',
        send: { headers: { accept: 'application/json', 'x-note': '' }, cover: ['accept', 'x-note'] },
        auth: { ...planner, covered: [...base, 'accept', 'x-note'] },
      },
      'field-in-two-lines': {
        title: 'The lines of a covered field are joined in their order',
        ids: 'A07',
        send: { headers: { 'x-note': 'one, two' }, cover: ['x-note'], wire: splitLine('x-note') },
        auth: { ...planner, covered: [...base, 'x-note'] },
      },
      'query-covered': {
        title: 'A covered query is signed as it was sent, with its question mark',
        ids: 'SIG-16 E17',
        send: { url: 'https://notes.example/notes?a=%20&b=+&&a=2?', cover: ['@query'] },
        auth: { ...planner, covered: [...base, '@query'] },
      },
      'absent-query-covered': {
        title: 'A covered query that is absent is signed as a question mark',
        ids: 'E17',
        send: { cover: ['@query'] },
        auth: { ...planner, covered: [...base, '@query'] },
      },
      'whole-uri-covered': {
        title: 'A covered @target-uri consists of the signed authority, the path and the query',
        ids: 'SIG-14 SIG-15 E16',
        send: { url: 'https://notes.example/a%2Fb?page=1&', cover: ['@target-uri'] },
        auth: { ...planner, covered: [...base, '@target-uri'] },
      },
      'whole-uri-without-query-covered': {
        title: 'A covered @target-uri has no added question mark',
        ids: 'SIG-15 E17',
        send: { cover: ['@target-uri'], hosts: ['10.0.0.7:3000'] },
        auth: { ...planner, covered: [...base, '@target-uri'] },
      },
      'whole-uri-with-empty-query-covered': {
        title: 'A covered @target-uri keeps the question mark of an empty query',
        ids: 'SIG-15 E17',
        send: { url: 'https://notes.example/notes?', cover: ['@target-uri'] },
        auth: { ...planner, covered: [...base, '@target-uri'] },
      },
      'scheme-covered': {
        title: 'A covered @scheme is https',
        ids: 'SIG-24',
        send: { cover: ['@scheme'] },
        auth: { ...planner, covered: [...base, '@scheme'] },
      },
      'request-target-covered': {
        title: 'A covered @request-target is the target as it was sent',
        ids: 'SIG-15 E16',
        send: { url: 'https://notes.example/a%2Fb?page=1&', cover: ['@request-target'] },
        auth: { ...planner, covered: [...base, '@request-target'] },
      },
      'everything-covered': {
        title: 'All derived components of the target may be covered at once',
        ids: 'SIG-15 E16',
        route: {
          accept: 'agent-token',
          components: ['@scheme', '@target-uri', '@request-target', '@query'],
        },
        send: {
          url: 'https://notes.example/notes?page=1',
          cover: ['@query', '@request-target', '@target-uri', '@scheme'],
        },
        auth: { ...planner, covered: [...base, '@query', '@request-target', '@target-uri', '@scheme'] },
      },
      'behind-a-stripped-prefix': {
        title: 'A prefix that a proxy strips is part of @target-uri and @request-target',
        ids: 'SIG-15',
        resource: { strippedPrefix: '/api' },
        send: {
          url: 'https://notes.example/api/notes?page=1',
          cover: ['@target-uri', '@request-target'],
          wire: target(() => '/notes?page=1'),
        },
        auth: { ...planner, covered: [...base, '@target-uri', '@request-target'] },
      },
      'query-not-covered': {
        title: 'An uncovered query may change, and covered shows that',
        ids: 'SIG-16 E16',
        send: {
          url: 'https://notes.example/notes?page=1',
          wire: (message) => ({ ...message, target: '/notes?page=2' }),
        },
        auth: planner,
      },
      'authorization-of-another-scheme': {
        title: 'Only an Authorization of the scheme AAuth must be covered',
        ids: 'SIG-9',
        send: { headers: { authorization: 'Bearer x' }, mistake: 'uncovered-authorization' },
        auth: planner,
      },
    },
    refuse: {
      'method-not-covered': {
        title: 'A signature must cover the method',
        ids: 'SIG-7 R11-086 R11-090 E01',
        send: { mistake: 'omit-method' },
        error: 'invalid_input',
        requiredInput: base,
      },
      'authority-not-covered': {
        title: 'A signature must cover the authority',
        ids: 'SIG-7 R11-086 R11-090 E01',
        send: { mistake: 'omit-authority' },
        error: 'invalid_input',
        requiredInput: base,
      },
      'path-not-covered': {
        title: 'A signature must cover the path',
        ids: 'SIG-7 R11-086 R11-090 E01',
        send: { mistake: 'omit-path' },
        error: 'invalid_input',
        requiredInput: base,
      },
      'token-not-covered': {
        title: 'A signature must cover Signature-Key',
        ids: 'SIG-7 R11-086 R11-090 E01',
        send: { mistake: 'omit-signature-key' },
        error: 'invalid_input',
        requiredInput: base,
      },
      'nothing-covered': {
        title: 'A signature over nothing is refused',
        ids: 'SIG-7 R11-086 R11-090 E01',
        send: { mistake: 'nothing-covered' },
        error: 'invalid_input',
        requiredInput: base,
      },
      'authorization-not-covered': {
        title: 'An Authorization of the scheme AAuth must be covered',
        ids: 'SIG-9 R11-088 M17',
        send: { headers: { authorization: 'AAuth abc' }, mistake: 'uncovered-authorization' },
        error: 'invalid_input',
        requiredInput: [...base, 'authorization'],
      },
      'component-of-the-resource': {
        title: 'A component that the resource requires must be covered',
        ids: 'SIG-8 R11-087',
        resource: { additionalSignatureComponents: ['@query'] },
        error: 'invalid_input',
        requiredInput: [...base, '@query'],
      },
      'component-of-the-route': {
        title: 'A component that the route requires must be covered',
        ids: 'SIG-8 SIG-16',
        route: { accept: 'agent-token', components: ['@query'] },
        error: 'invalid_input',
        requiredInput: [...base, '@query'],
      },
      'digest-not-covered': {
        title: 'A required digest that is sent must be covered',
        ids: 'SIG-8 N02',
        route: { accept: 'agent-token', components: ['content-digest'] },
        send: {
          method: 'POST',
          body: '{}',
          headers: { 'content-digest': 'sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:' },
        },
        error: 'invalid_input',
        requiredInput: [...base, 'content-digest'],
      },
      'digest-not-sent': {
        title: 'A required digest must be sent with a body',
        ids: 'SIG-8 N02',
        route: { accept: 'agent-token', components: ['content-digest'] },
        send: { method: 'POST', body: '{}' },
        error: 'invalid_input',
        requiredInput: [...base, 'content-digest'],
      },
      'component-with-parameter': {
        title: 'A covered component with a parameter is refused',
        ids: 'SIG-13 R11-091 E02',
        send: { mistake: 'component-parameter' },
        error: 'invalid_input',
        requiredInput: base,
      },
      'one-key-of-the-token-field': {
        title: 'Signature-Key must be covered without parameters',
        ids: 'SIG-13 R11-091 D08',
        send: { mistake: 'key-parameter' },
        error: 'invalid_input',
        requiredInput: base,
      },
      'covered-twice': {
        title: 'A component must be covered only once',
        ids: 'SIG-13 R11-091',
        send: { mistake: 'duplicate-component' },
        error: 'invalid_signature',
      },
      'absent-field-covered': {
        title: 'A field that was not sent cannot be covered',
        ids: 'E04',
        send: { mistake: 'absent-component' },
        error: 'invalid_signature',
      },
      'unknown-component': {
        title: 'A derived component that requests do not have cannot be covered',
        ids: 'D10',
        send: { mistake: 'unknown-derived-component' },
        error: 'invalid_signature',
      },
      'covered-field-no-ascii': {
        title: 'A covered field must be ASCII',
        ids: 'A10',
        send: { headers: { 'x-note': 'caf\u00e9' }, cover: ['x-note'] },
        error: 'invalid_signature',
      },
      'covered-field-too-long': {
        title: 'A covered field has at most 16 384 octets',
        ids: 'O05',
        send: { headers: { 'x-note': `a${' '.repeat(16_383)}b` }, cover: ['x-note'] },
        error: 'invalid_signature',
      },
      'other-query-in-whole-uri': {
        title: 'A covered @target-uri protects the query',
        ids: 'SIG-24 E16',
        send: {
          url: 'https://notes.example/notes?page=1',
          cover: ['@target-uri'],
          wire: target(() => '/notes?page=2'),
        },
        error: 'invalid_signature',
      },
      'query-added-to-request-target': {
        title: 'A covered @request-target protects against an added query',
        ids: 'SIG-24 E16',
        send: { cover: ['@request-target'], wire: target(() => '/notes?') },
        error: 'invalid_signature',
      },
      'absolute-form-for-origin-form': {
        title: 'A covered @request-target differs between absolute form and origin form',
        ids: 'SIG-24 E11',
        send: { cover: ['@request-target'], wire: target(({ url }) => url) },
        error: 'invalid_signature',
      },
      'request-target-not-covered': {
        title: 'A route may require any derived component of a request',
        ids: 'SIG-8 R11-087 R11-090',
        route: { accept: 'agent-token', components: ['@request-target', '@scheme'] },
        error: 'invalid_input',
        requiredInput: [...base, '@request-target', '@scheme'],
      },
    },
  },
)
