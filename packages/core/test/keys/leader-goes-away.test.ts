import { connect } from 'node:net'
import { answer, authorize } from '@aauth-guard/core'
import { signedRequest } from '@aauth-guard/core/node'
import { wireText } from '@aauth-guard/fixtures/raw-socket'
import { personRoute } from '@aauth-guard/fixtures/requirements'
import { expect, it, onTestFinished } from 'vitest'
import { makeAnsweredWorld, personKeys, personMetadata, until } from './issuer-answers.ts'

it.each([
  ['metadata', personMetadata],
  ['keys', personKeys],
])(
  'a client that disconnects while its request fetches %s does not disturb others that wait for the fetch [I21, JWKS-7]',
  async (_, url) => {
    const world = await makeAnsweredWorld()
    const { agent, net, resource } = world
    let came = 0
    let gone = 0
    const { url: origin } = await net.listen(async (req, res) => {
      came += 1
      req.socket.once('close', () => {
        gone += 1
      })
      const { status, body } = await authorize(resource, signedRequest(req), personRoute).then(
        ({ sub }) => ({ status: 200, body: sub }),
        answer,
      )
      res.writeHead(status).end(body)
    })
    onTestFinished(() => net.close())
    const open = world.hold(url)

    const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.personToken() })
    const leader = connect(Number(new URL(origin).port), '127.0.0.1', () => leader.write(wireText(message)))
    await until(() => world.asked.at(-1) === url)
    const followers = ['person-2', 'person-3'].map(async (sub) =>
      agent.fetch(`${net.resource}/notes`, {}, { token: await agent.personToken({ sub }), via: origin }),
    )
    await until(() => came === 3)
    leader.destroy()
    await until(() => gone === 1)
    open()

    const answers = await Promise.all(followers)
    expect(await Promise.all(answers.map(async (one) => [one.status, await one.text()]))).toEqual([
      [200, 'person-2'],
      [200, 'person-3'],
    ])
    expect(world.asked).toEqual([personMetadata, personKeys])
  },
)
