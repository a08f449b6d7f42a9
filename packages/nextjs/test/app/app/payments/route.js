import { holdCalls } from '@aauth-guard/nextjs'
import { payments } from '../../lib/resource.js'

export const POST = holdCalls(payments)
