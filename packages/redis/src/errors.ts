/**
 * The server answers, but the data is missing or incomplete, for example since it was restarted without its data. All
 * requests get 503 until an operator runs `prepare({ afterLoss: true })`.
 *
 * @example
 * ```ts
 * import { redisStores, StoreDataLostError, type RedisStoresOptions } from '@aauth-guard/redis'
 *
 * export async function isUsable(options: RedisStoresOptions): Promise<boolean> {
 *   try {
 *     await redisStores(options).ready()
 *     return true
 *   } catch (error) {
 *     if (error instanceof StoreDataLostError) return false
 *     throw error
 *   }
 * }
 * ```
 */
export class StoreDataLostError extends Error {
  override readonly name = 'StoreDataLostError'

  constructor(hint: string) {
    super(hint)
  }
}
