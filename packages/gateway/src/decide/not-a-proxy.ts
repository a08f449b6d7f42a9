import type { Answer } from '@aauth-guard/core'

/** What a door for proxies answers without the secret. It says nothing of the request that was asked about. */
export const notAProxy: Answer = Object.freeze({
  status: 403,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Only a proxy that knows the secret is answered here.',
    status: 403,
  }),
})
