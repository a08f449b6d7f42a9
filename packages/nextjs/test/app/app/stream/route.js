import { protect } from '@aauth-guard/nextjs'
import { resource } from '../../lib/resource.js'

export const GET = protect(resource, { scope: 'notes.read' }, () => {
  const parts = ['one ', 'two ', 'three']
  return new Response(
    new ReadableStream({
      pull(controller) {
        const part = parts.shift()
        if (part === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(part))
      },
    }),
  )
})
