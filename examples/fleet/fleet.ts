import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Mission } from '@aauth-guard/core'
import type { FromProcess, Settings, ToProcess } from './protocol.ts'

interface Member {
  readonly child: ChildProcess
  readonly port: number
}

/** A termination that a process has acknowledged. */
export interface Terminated {
  /** When it was acknowledged, in nanoseconds. */
  readonly at: bigint
  readonly attempts: number
}

/** Processes of one API, and a balancer before them that gives each connection to the next of them. */
export class Fleet {
  readonly #members: readonly Member[]
  readonly #sockets = new Set<Socket>()
  readonly #balancer = createServer((socket) => this.#connect(socket))
  #used: number
  #next = 0

  private constructor(members: readonly Member[]) {
    this.#members = members
    this.#used = members.length
  }

  static async start(size: number, settings: Settings): Promise<Fleet> {
    const env = { ...process.env, FLEET: JSON.stringify(settings), NODE_ENV: 'production' }
    const members = await Promise.all(
      Array.from({ length: size }, async () => {
        const child = fork(join(import.meta.dirname, 'process.ts'), { env })
        process.once('exit', () => child.kill())
        const { port } = await message(child, 'listening')
        return { child, port }
      }),
    )
    const fleet = new Fleet(members)
    fleet.#balancer.listen(0, '127.0.0.1')
    await once(fleet.#balancer, 'listening')
    return fleet
  }

  /** Where the balancer listens. */
  get port(): number {
    return (this.#balancer.address() as AddressInfo).port
  }

  get size(): number {
    return this.#members.length
  }

  /** New connections go to the first processes only. */
  use(size: number): void {
    this.#used = size
  }

  /** Terminates a mission at a process chosen at random. Resolves once that process has acknowledged it. */
  async terminate(mission: Mission): Promise<Terminated> {
    const { child } = this.#members[Math.floor(Math.random() * this.size)] as Member
    const isIt = ({ s256 }: { readonly s256: string }): boolean => s256 === mission.s256
    const terminated = message(child, 'terminated', isIt)
    send(child, { type: 'terminate', mission })
    const { at, attempts } = await terminated
    return { at: BigInt(at), attempts }
  }

  /** Mission → when any process accepted a request under it last. */
  async accepted(): Promise<ReadonlyMap<string, bigint>> {
    const last = new Map<string, bigint>()
    for (const { child } of this.#members) {
      const reported = message(child, 'accepted')
      send(child, { type: 'report' })
      for (const [s256, at] of (await reported).missions)
        if (BigInt(at) > (last.get(s256) ?? 0n)) last.set(s256, BigInt(at))
    }
    return last
  }

  close(): void {
    this.#balancer.close()
    for (const socket of this.#sockets) socket.destroy()
    for (const { child } of this.#members) child.kill()
  }

  #connect(socket: Socket): void {
    this.#next = (this.#next + 1) % this.#used
    const upstream = connect((this.#members[this.#next] as Member).port, '127.0.0.1')
    for (const one of [socket, upstream]) {
      this.#sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        this.#sockets.delete(one)
        socket.destroy()
        upstream.destroy()
      })
    }
    socket.pipe(upstream).pipe(socket)
  }
}

/** The next message of a type. */
function message<Type extends FromProcess['type']>(
  child: ChildProcess,
  type: Type,
  isIt: (message: FromProcess & { readonly type: Type }) => boolean = () => true,
): Promise<FromProcess & { readonly type: Type }> {
  return new Promise((resolve, reject) => {
    const hear = (heard: FromProcess): void => {
      if (heard.type !== type || !isIt(heard as FromProcess & { readonly type: Type })) return
      end()
      resolve(heard as FromProcess & { readonly type: Type })
    }
    const fail = (): void => {
      end()
      reject(new Error('a process of the fleet ended'))
    }
    const end = (): void => {
      child.off('message', hear)
      child.off('exit', fail)
    }
    child.setMaxListeners(0).on('message', hear).once('exit', fail)
  })
}

function send(child: ChildProcess, told: ToProcess): void {
  child.send(told)
}
