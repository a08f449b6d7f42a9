import { UsageError } from '../command.ts'
import { callControl } from '../dev/control-client.ts'
import type { ControlAccess } from '../dev/control-file.ts'
import { shown } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { FetchFailure } from './failure.ts'
import { openPage } from './open-page.ts'
import type { Requirement } from './requirement.ts'

/** How a person is brought to decide. */
export interface ConsentOptions {
  readonly terminal: Terminal
  /** Of the agent itself. */
  readonly personServer: string | undefined
  /** The development world that `personServer` belongs to. */
  readonly world: ControlAccess | undefined
  /** `--approve` */
  readonly approves: boolean
  /** What is approved of the scopes that are asked for; default all of it. */
  readonly scopes: readonly string[] | undefined
  /** Whether pages may be opened. */
  readonly opens: boolean
}

/** A server that keeps sending persons to pages opens no more of them. */
const maxPages = 8

/** Brings a person to the pages on which they decide, or decides for the person of a development world. */
export class Consent {
  readonly #options: ConsentOptions
  readonly #shown = new Set<string>()
  #stopListening: (() => void) | undefined

  constructor(options: ConsentOptions) {
    this.#options = options
  }

  /**
   * @param asker the origin that answered so
   * @returns whether it is decided already
   * @throws {FetchFailure} for an address that no browser should open
   * @throws {UsageError} where `--approve` was given and it is not for this machine to decide
   */
  async ask(requirement: Requirement, asker: string): Promise<boolean> {
    const { approves, terminal } = this.#options
    const { page, address, code } = this.#read(requirement, asker)
    if (this.#shown.has(address.href)) return false
    if (this.#shown.size === maxPages)
      throw new FetchFailure(`${asker} sends the person to more than ${maxPages} pages`)
    this.#shown.add(address.href)
    terminal.say(`A person has to decide: ${address.href}`)
    if (approves) return this.#approve(page, code, asker)
    await this.#open(address, asker)
    return false
  }

  /** Ends waiting for Enter. */
  close(): void {
    this.#stopListening?.()
    this.#stopListening = undefined
  }

  /** @throws {FetchFailure} for an address that is not fit to be opened */
  #read({ url = '', code = '' }: Requirement, asker: string): { page: URL; address: URL; code: string } {
    const page = URL.canParse(url) ? new URL(url) : undefined
    // An API on this machine has no certificate for its own page.
    const mayBePlain = [this.#ownWorld, asker].includes(page?.origin)
    if (page === undefined || page.username + page.password !== '' || !isWebPage(page, mayBePlain))
      throw new FetchFailure(
        `${asker} sends the person to "${shown(url, 256)}", which is refused: it is not https:, or it holds a user name`,
      )
    if (!/^[0-9A-Za-z-]{1,64}$/.test(code))
      throw new FetchFailure(`${asker} sends the person to a page with the code "${shown(code, 64)}"`)
    const address = new URL(page.href)
    address.hash = ''
    address.search = `${page.search === '' ? '?' : `${page.search}&`}code=${code}`
    return { page, address, code }
  }

  /** The person server of the development world. */
  get #ownWorld(): string | undefined {
    const { world, personServer } = this.#options
    return world && personServer
  }

  async #approve(page: URL, code: string, asker: string): Promise<true> {
    const { world, scopes, terminal } = this.#options
    if (world === undefined || page.origin !== this.#ownWorld || asker !== this.#ownWorld)
      throw new UsageError(
        `--approve decides for persons of the development world only, and ${asker} asks for a decision at ${page.origin}: leave it out, and open the page`,
      )
    const decision = { code, decision: 'approve' as const, ...(scopes && { scopes }) }
    await callControl(world, 'decision', decision).catch((error: Error) => {
      throw new FetchFailure(`it could not be approved: ${shown(error.message, 256)}`)
    })
    terminal.say('Approved, as --approve says.')
    return true
  }

  async #open(address: URL, asker: string): Promise<void> {
    const { terminal, opens, personServer } = this.#options
    this.close()
    if (!opens || !terminal.isInteractive) return
    if (address.protocol !== 'https:' && address.origin !== this.#ownWorld) return
    if (address.origin === personServer && asker === personServer) return this.#start(address)
    terminal.say(`${asker} wants it opened: press Enter to open it.`)
    const { stdin } = terminal
    const open = () => void this.#start(address)
    stdin.once('data', open)
    this.#stopListening = () => {
      stdin.off('data', open)
      stdin.pause()
    }
  }

  async #start(address: URL): Promise<void> {
    const { terminal } = this.#options
    if (!(await openPage(address, terminal.env)))
      terminal.say('It could not be opened: open it in a browser yourself.')
  }
}

function isWebPage({ protocol }: URL, mayBePlain: boolean): boolean {
  return protocol === 'https:' || (protocol === 'http:' && mayBePlain)
}
