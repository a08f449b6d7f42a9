/** A ledger in Redis, beside the stores. */
import type { Ledger } from '@aauth-guard/fixtures/held/bank'
import { redisStores, type Send } from '@aauth-guard/redis'
import { Redis } from 'ioredis'

/** @param step called before and after each command */
export function openLedger(
  { url = '' }: Readonly<Record<string, string>>,
  idempotent: boolean,
  step: () => void = () => undefined,
): Ledger {
  const client = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => 20 })
  client.on('error', () => undefined)
  const send: Send = async ([command = '', ...args]) => {
    step()
    const answered = await client.call(command, ...args)
    step()
    return answered
  }
  const keyOf = (target: string): string => `ledger${idempotent ? ' once' : ''} ${target}`
  return {
    records: redisStores({ issuer: 'https://bank.example', send, durable: true }).stores.records,
    async add(key, target) {
      await send([idempotent ? 'SADD' : 'RPUSH', keyOf(target), key], undefined)
    },
    entries: (target) => (idempotent ? client.scard(keyOf(target)) : client.llen(keyOf(target))),
    async close() {
      client.disconnect()
    },
  }
}
