import type { RequestListener } from 'node:http'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'
import type { Bank } from './bank.ts'

/** The API of the bank on Express. */
export function bankApi({ resource, readBalance, payments }: Bank): RequestListener {
  const app = express()
  app.use(wellKnown(resource))
  app.get('/balance', protect(resource, readBalance), (req, res) => {
    res.json({ balanceOf: getAuth(req, 'agent-token').session?.person, balance: 1200 })
  })
  app.post('/payments', async (req, res) => {
    const { status, headers, body } = await payments.answer(signedRequest(req), (limit) =>
      readContent(req, limit),
    )
    res.status(status).set(headers).send(body)
  })
  app.use(answerRefusals())
  return app
}
