import type { RedisStoresOptions } from '@aauth-guard/redis'

/** Sends each command in one HTTP request, which is not repeated. There is no subscription. */
export function upstash(url: string, token: string): Pick<RedisStoresOptions, 'send'> {
  return {
    async send(args) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(args),
        signal: AbortSignal.timeout(500),
      })
      const { result, error } = (await response.json()) as { result?: unknown; error?: string }
      if (error !== undefined) throw new Error(error)
      return result
    },
  }
}
