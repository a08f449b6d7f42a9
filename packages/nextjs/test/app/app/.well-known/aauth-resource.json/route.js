import { wellKnown } from '@aauth-guard/nextjs'
import { resource } from '../../../lib/resource.js'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = wellKnown(resource)
