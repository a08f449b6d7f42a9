import { wellKnown } from '@aauth-guard/nextjs'
import { resource } from '../../../lib/resource.ts'

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = wellKnown(resource)
