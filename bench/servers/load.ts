/** The process that sends the load. Its parent controls it by messages. */
import type { FromLoad, ToLoad } from './protocol.ts'
import { runLoad } from './run-load.ts'
import { makeWorld, octetsOf, signRequests } from './world.ts'

const requests = (await signRequests(await makeWorld(), { agents: 4, count: 256 })).map(octetsOf)

process.on('message', ({ type, ...load }: ToLoad) => {
  runLoad(load, requests).then(
    (ran) => tell({ type: 'ran', ...ran }),
    (error: Error) => tell({ type: 'failed', reason: error.message }),
  )
})
process.on('disconnect', () => process.exit())
tell({ type: 'ready' })

function tell(message: FromLoad): void {
  process.send?.(message)
}
