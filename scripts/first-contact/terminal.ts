import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { connect } from 'node:net'

/** What a command came to. */
export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a line in a shell, as a reader would. */
export function runLine(line: string, cwd: string, env: NodeJS.ProcessEnv): Ran {
  const { status, stdout, stderr } = spawnSync(line, { cwd, env, shell: true, encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** A line that goes on running in a terminal of its own. */
export class Running {
  readonly #child: ChildProcess
  readonly exit: Promise<number | null>
  output = ''

  constructor(line: string, cwd: string, env: NodeJS.ProcessEnv) {
    // A group of its own, so that what the shell and npx start ends with it.
    this.#child = spawn(line, { cwd, env, shell: true, detached: true })
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (text) => {
        this.output += text
      })
    this.exit = new Promise((resolve) => this.#child.on('close', (code) => resolve(code)))
  }

  /** Resolves once it serves `port`, or has ended. */
  async serves(port: number): Promise<void> {
    let ended = false
    this.exit.then(() => {
      ended = true
    })
    while (!ended && !(await isOpen(port))) await pause(100)
  }

  /** Resolves once it has printed `text`, or has ended, or has had time enough to. */
  async prints(text: string, looks = 600): Promise<void> {
    let ended = false
    this.exit.then(() => {
      ended = true
    })
    for (let look = 0; look < looks && !ended && !this.output.includes(text); look++) await pause(50)
  }

  async end(): Promise<void> {
    try {
      process.kill(-(this.#child.pid as number), 'SIGTERM')
    } catch {
      // It has ended.
    }
    await this.exit
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
