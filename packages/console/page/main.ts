import { App } from './app.ts'
import { Feed } from './feed/feed.ts'
import { everything } from './model/filter.ts'
import { manyOf, serverNow } from './model/format.ts'
import { renderHeader } from './view/header.ts'
import { areKeysOn, openKeys } from './view/keys.ts'
import { DecisionList } from './view/list.ts'
import { renderMissions } from './view/missions.ts'
import { Now } from './view/now.ts'
import { renderPanel } from './view/panel.ts'
import { startTheme } from './view/theme.ts'
import { renderTools } from './view/tools.ts'
import { renderWorld } from './view/world.ts'

function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no element "${id}"`)
  return found as T
}

const app = new App()
const dialog = element<HTMLDialogElement>('keys')
const panel = element('panel')
const decisions = element('decisions')
const tools = document.createElement('div')
const rows = document.createElement('div')
tools.className = 'tools-of-list'
rows.className = 'list'
decisions.append(tools, rows)

const now = new Now(app, element('now'))
const list = new DecisionList(app, rows)
/** Where the panel lies over what is beside the list, and where it covers everything. */
const isWide = matchMedia('(min-width: 1100px)')
const isWidest = matchMedia('(min-width: 1800px)')
let openedFrom: Element | null = null

app.register('header', () => renderHeader(app, element('header'), () => openKeys(dialog)))
app.register('now', () => now.render())
app.register('tools', () => renderTools(app, tools))
app.register('list', () => list.render())
app.register('missions', () => renderMissions(app, element('missions')))
app.register('world', () => renderWorld(app, element('world')))
app.register('panel', () => renderPanel(app, panel, closePanel))

app.onSelection = (isFocused) => {
  const isOpen = app.selection !== undefined
  if (isOpen && !panel.contains(document.activeElement)) openedFrom = document.activeElement
  cover(isOpen)
  const isAsked = isFocused || (isOpen && !isWide.matches)
  if (isAsked) requestAnimationFrame(() => panel.querySelector<HTMLElement>('.why')?.focus())
}
for (const query of [isWide, isWidest])
  query.addEventListener('change', () => cover(app.selection !== undefined))

/** What the panel hides takes no focus. */
function cover(isOpen: boolean): void {
  document.body.classList.toggle('with-panel', isOpen)
  element('missions').inert = isOpen && !isWidest.matches
  element('world').inert = isOpen && !isWidest.matches
  for (const id of ['now', 'decisions', 'header']) element(id).inert = isOpen && !isWide.matches
}

function closePanel(): void {
  app.closePanel()
  const back = openedFrom
  openedFrom = null
  if (back instanceof HTMLElement && back.isConnected && back !== document.body) back.focus()
  else list.focus()
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return
  const target = event.target as HTMLElement
  const isTyping = target.matches('input, select, textarea')
  if (event.key === 'Escape') {
    if (isTyping && app.filter.text !== '') app.setFilter({ text: '' })
    else if (app.selection !== undefined) closePanel()
    else if (app.held !== undefined) app.follow()
    else return
    event.preventDefault()
  } else if (!isTyping && areKeysOn() && press(event.key)) event.preventDefault()
})

function press(key: string): boolean {
  switch (key) {
    case '/':
      focusOn('filter')
      return true
    case '?':
      openKeys(dialog)
      return true
    case 'd':
      focusOn('rows')
      return true
    case 'm':
      closePanelFirst()
      element('missions').querySelector<HTMLElement>('button')?.focus()
      return true
    case 'p':
      app.togglePause()
      return true
    case 'r': {
      const isSet = app.filter.outcomes.length === 2 && app.filter.outcomes.includes('refused')
      app.setFilter({ outcomes: isSet ? everything.outcomes : ['refused', 'failed'] })
      return true
    }
    default:
      return false
  }
}

function focusOn(id: string): void {
  if (!isWide.matches) closePanelFirst()
  document.getElementById(id)?.focus()
}

function closePanelFirst(): void {
  if (app.selection !== undefined) closePanel()
}

// One summary now and then: nobody can listen to each row.
let said = ''
setInterval(() => {
  const { accepted, challenged, refused, failed } = app.series.sums(serverNow(), 15)
  const words = `Last 15 seconds: ${manyOf(accepted, 'request')} accepted, ${challenged} challenged, ${refused} refused, ${failed} failed`
  if (accepted + challenged + refused + failed === 0 || words === said) return
  said = words
  element('status').textContent = words
}, 15_000)

startTheme()
app.markAll()
setInterval(() => app.tick(), 1000)
new Feed(app).start()
