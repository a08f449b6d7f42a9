import type { Agent } from '@aauth-guard/testing'
import type { Form, Shown } from '../bank-api/agents-page.ts'
import { Caller } from '../caller.ts'
import type { Act, Outcome, Step } from '../play.ts'
import { further } from '../send.ts'
import type { Stage } from '../stage.ts'

const api = 'https://bank.example'
const payment = { to: 'the landlord', amount: 900 }
const pending = 'https://bank.example/aauth/pending/…'
const interaction = 'requirement=interaction;url="https://bank.example/agents";code="…"'
/** That an agent can show a person a code. */
const capable = { 'aauth-capabilities': 'interaction' }

/** Who acts, and what has come of it so far. */
class BankPlay {
  readonly stage: Stage
  /** Has a person server. */
  readonly planner: Caller
  handle = ''
  authToken = ''
  readonly #agents = new Map<string, Promise<Caller>>()

  constructor(stage: Stage) {
    this.stage = stage
    this.planner = new Caller(stage, stage.planner)
  }

  /** An agent that no person server knows. */
  agent(name: string): Promise<Caller> {
    const known = this.#agents.get(name)
    if (known !== undefined) return known
    const made = this.stage.net
      .agent({ name, personServer: null })
      .then((agent: Agent) => new Caller(this.stage, agent))
    this.#agents.set(name, made)
    return made
  }

  /** Asks for the balance with nothing but the agent token and these fields. */
  async balance(name: string, headers?: Readonly<Record<string, string>>): Promise<Outcome> {
    const caller = await this.agent(name)
    return caller.ask(`${api}/balance`, await caller.agent.agentToken(), headers)
  }

  /** The session value that the bookkeeper was given. */
  async session(): Promise<Readonly<Record<string, string>>> {
    return { authorization: `AAuth ${(await this.agent('bookkeeper')).deferred.session}` }
  }

  /** Polls, once the second has passed that must lie between two polls. */
  async poll(caller: Caller, token: string, url = caller.deferred.pendingUrl): Promise<Outcome> {
    await this.stage.time.pause(1000)
    return caller.ask(url, token)
  }

  async pollOfBookkeeper(): Promise<Outcome> {
    const bookkeeper = await this.agent('bookkeeper')
    return this.poll(bookkeeper, await bookkeeper.agent.agentToken())
  }

  /** Sends what the click of a customer would send. */
  async click(path: string, customer: string, form: Form): Promise<{ shown: Shown; outcome: Outcome }> {
    const { bank, log } = this.stage
    const logged = log.length
    const shown = await bank.page(path, customer, form)
    const { handle: _, consent: __, callback: ___, ...facts } = shown
    const sent = [`POST bank.example${path} (${customer}, signed in, in a browser)`]
    return { shown, outcome: { sent, facts, log: log.slice(logged) } }
  }
}

/** An API that asks its own customers: for an agent without a person server, and for each payment. */
export function personAtTheApiAct(stage: Stage): Act {
  const play = new BankPlay(stage)
  return {
    title: 'A person at the API',
    intro:
      'bank.example asks its customers itself, at its own page. So an agent without a person server can get in. Payments wait until they are approved.',
    steps: [...sessionSteps(play), ...paymentSteps(play), ...endSteps(play)],
  }
}

function sessionSteps(play: BankPlay): Step[] {
  return [
    {
      who: 'The bookkeeper, an agent without a person server, asks for a balance.',
      async play() {
        const outcome = await play.balance('bookkeeper', capable)
        const { deferred } = await play.agent('bookkeeper')
        return { ...outcome, aside: [`It shows Ada the code: ${deferred.code}`] }
      },
      told: {
        status: 202,
        'aauth-requirement': interaction,
        'retry-after': '5',
        location: pending,
        body: { status: 'pending' },
        'API looked up': ['agent.example/.well-known/aauth-agent.json', 'agent.example/jwks.json'],
      },
      because:
        'Nobody has agreed yet. The answer says where a person can agree, with which code, and which URL the agent polls.',
    },
    {
      who: 'Ada signs in at her bank and enters the code.',
      async play() {
        const { deferred } = await play.agent('bookkeeper')
        const { shown, outcome } = await play.click('/agents', 'ada', { code: deferred.code })
        play.handle = String(shown.handle)
        return outcome
      },
      told: {
        status: 200,
        shows: {
          agent: 'aauth:bookkeeper@agent.example',
          'vouched for by': 'https://agent.example',
          asks: ['Read your balance'],
        },
      },
      because:
        'The page shows what the API has verified. The code is used up, and the request belongs to Ada now.',
    },
    {
      who: 'Mallory, another customer, has seen the address of her page, and tries to agree in her place.',
      play: async () => (await play.click('/agents/agree', 'mallory', { handle: play.handle })).outcome,
      told: { status: 404, error: 'not_found' },
      because: 'Only the person who entered the code decides.',
    },
    {
      who: 'The bookkeeper polls.',
      play: () => play.pollOfBookkeeper(),
      told: {
        status: 202,
        'retry-after': '5',
        location: pending,
        body: { status: 'interacting' },
      },
      because: 'Somebody has opened the page, and has not decided yet.',
    },
    {
      who: 'Ada agrees.',
      play: async () => (await play.click('/agents/agree', 'ada', { handle: play.handle })).outcome,
      told: { status: 200, outcome: 'completed', scopes: ['balance.read'] },
      because: 'The bank keeps her consent: for this agent, this scope and eight hours.',
    },
    {
      who: 'The bookkeeper polls again.',
      play: () => play.pollOfBookkeeper(),
      told: {
        status: 200,
        'aauth-access': 'a session value',
        body: { status: 'authorized', scope: 'balance.read' },
      },
      because: 'The agent is told of the decision once, and gets a session value.',
    },
    {
      who: 'It asks for the balance with the session value and its agent token.',
      play: async () => play.balance('bookkeeper', await play.session()),
      told: { status: 200, body: { balanceOf: 'ada', balance: 1200 } },
      because: 'The signature covers the session value, which counts for this agent with this key.',
    },
    {
      who: 'A thief has the session value, and signs with a key and an agent token of its own.',
      play: async () => play.balance('magpie', await play.session()),
      told: { status: 403, error: 'access_denied' },
      because:
        'With another key the value is ignored. The thief does not list the capability interaction, so it is refused instead of being given a code.',
    },
  ]
}

function paymentSteps(play: BankPlay): Step[] {
  const { planner, stage } = play
  const result = { paid: 900, to: 'the landlord', for: 'ada-at-bank', payments: 1 }
  const question = 'iss bank.example, aud ps.example, ps ps.example, sub ada-at-bank, scope payments.make'
  return [
    {
      who: 'The planner, whom ps.example knows, asks there for a person token for the bank.',
      play: () => planner.askForPersonToken(api),
      told: {
        status: 200,
        'person token': 'iss ps.example, aud bank.example, sub ada-at-bank',
        'bound to the agent’s key': true,
      },
      because:
        'A payment needs an auth token with the scope payments.make. The person token is the first step to it.',
    },
    {
      who: 'With the person token it orders a payment.',
      play: () => planner.postJson(`${api}/payments`, payment, planner.held.personToken),
      told: {
        status: 202,
        'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
        'retry-after': '5',
        location: pending,
        'resource token': question,
        body: { status: 'pending' },
        'API looked up': ['ps.example/.well-known/aauth-person.json', 'ps.example/jwks.json'],
      },
      because:
        'The bank keeps the call as it was signed, and has paid nothing. The resource token says which scope is missing.',
    },
    {
      who: 'The planner redeems the resource token at ps.example, where Ada approves.',
      async play() {
        const outcome = await planner.carry(planner.held.personToken)
        play.authToken = planner.held.authToken
        return outcome
      },
      told: {
        status: 200,
        'auth token': question.replace(
          'iss bank.example, aud ps.example',
          'iss ps.example, aud bank.example',
        ),
        'bound to the agent’s key': true,
        'ps.example asked': [
          'GET bank.example/.well-known/aauth-resource.json: 200',
          'GET bank.example/aauth/jwks.json: 200',
        ],
      },
      because: 'The auth token grants the scope that the call lacked.',
    },
    {
      who: 'The planner polls with the auth token.',
      play: () => play.poll(planner, play.authToken),
      told: { status: 201, body: result },
      because: 'Now the payment is made, once, as it was signed. The planner has not sent it again.',
    },
    {
      who: 'The response was lost, so the planner polls once more.',
      async play() {
        const outcome = await play.poll(planner, play.authToken)
        return { ...outcome, facts: { ...outcome.facts, 'payments in the ledger': stage.bank.ledger.length } }
      },
      told: { status: 201, body: result, 'payments in the ledger': 1 },
      because: 'The result was kept for this auth token, and the payment was not made again.',
    },
    {
      who: 'The planner orders another payment, and polls for it with the same auth token.',
      async play() {
        const ordered = await planner.postJson(
          `${api}/payments`,
          { ...payment, amount: 50 },
          planner.held.personToken,
        )
        const polled = await play.poll(planner, play.authToken)
        return {
          sent: [...ordered.sent, ...further(polled.sent)],
          facts: {
            ordered: ordered.facts.status,
            ...polled.facts,
            'payments in the ledger': stage.bank.ledger.length,
          },
        }
      },
      told: {
        ordered: 202,
        status: 202,
        'aauth-requirement': 'requirement=auth-token;resource-token="eyJ…"',
        'retry-after': '5',
        location: pending,
        'resource token': question,
        body: { status: 'pending' },
        'payments in the ledger': 1,
      },
      because:
        'The token was for the first payment. One auth token runs one held call, and this one needs its own.',
    },
    {
      who: 'The planner orders a third payment, and follows the responses without help.',
      play: () =>
        planner.byItself(
          `${api}/payments`,
          { ...post, body: JSON.stringify({ ...payment, amount: 50 }) },
          { token: planner.held.personToken },
        ),
      told: {
        status: 201,
        body: { ...result, paid: 50, payments: 2 },
        'the planner asked': [
          'POST bank.example/payments: 202',
          'GET bank.example/.well-known/aauth-resource.json: 200',
          'GET bank.example/aauth/jwks.json: 200',
          'POST ps.example/auth-token: 200',
          'GET bank.example/aauth/pending/…: 201',
        ],
      },
      because:
        'The responses say everything that an agent has to do. It needed a new auth token, because one token runs one call.',
    },
  ]
}

const post = { method: 'POST', headers: { 'content-type': 'application/json' } }

function endSteps(play: BankPlay): Step[] {
  return [
    {
      who: 'Ada disconnects her agents at the page of the bank.',
      play: async () => (await play.click('/agents/disconnect', 'ada', {})).outcome,
      told: { status: 200, shows: 'No agent has access any more.' },
      because: 'Her consent has ended in every process of the bank, before the page answers.',
    },
    {
      who: 'The bookkeeper asks for the balance with its session.',
      play: async () => play.balance('bookkeeper', await play.session()),
      told: { status: 403, error: 'access_denied' },
      because:
        'The guard looks up the consent with every request, and it has ended. Without the capability interaction, the agent is not given a code.',
    },
    {
      who: 'The bookkeeper asks once more, and this time Ada agrees as soon as she sees the code.',
      async play() {
        const bookkeeper = await play.agent('bookkeeper')
        return bookkeeper.byItself(
          `${api}/balance`,
          {},
          {
            async onInteraction({ code }) {
              const { shown } = await play.click('/agents', 'ada', { code })
              await play.click('/agents/agree', 'ada', { handle: String(shown.handle) })
            },
          },
        )
      },
      told: {
        status: 200,
        body: { balanceOf: 'ada', balance: 1200 },
        'the bookkeeper asked': [
          'GET bank.example/balance: 202',
          'GET bank.example/aauth/pending/…: 200',
          'GET bank.example/balance: 200',
        ],
      },
      because: 'An agent that follows the responses needs no setup at an API that asks its own customers.',
    },
  ]
}
