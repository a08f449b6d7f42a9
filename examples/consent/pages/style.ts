/** The style sheet: light and dark, from a phone on. Colours have a contrast of at least 4.5 to 1 in both. */
export const style: string = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f1; --card: #fff; --ink: #1d1c1a; --soft: #5b5953; --line: #d8d5cc;
  --accent: #14614a; --on-accent: #fff; --danger: #a3261d; --warn: #fff6dd; --warn-line: #d8b24a; --tint: #e9f3ee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141412; --card: #1e1e1b; --ink: #eeece6; --soft: #aaa79e; --line: #3a3934;
    --accent: #7fd3b2; --on-accent: #06251a; --danger: #ffa199; --warn: #2b2512; --warn-line: #7d6a2b; --tint: #17302a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
header, main { max-width: 44rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-block: 1rem; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between; }
main { padding-bottom: 3rem; }
main:focus { outline: none; }
.brand { margin: 0; font-weight: 700; }
.tag { margin-left: .35rem; padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--soft); font-size: .75rem; font-weight: 500; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; font-size: .9rem; }
nav form { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; color: var(--soft); }
nav strong { color: var(--ink); }
h1 { margin: 1.75rem 0 1rem; font-size: 1.65rem; line-height: 1.2; text-wrap: balance; }
h2 { margin: 2rem 0 .6rem; font-size: 1.1rem; }
p { margin: 0 0 .75rem; }
a { color: var(--accent); }
.soft, .chosen { color: var(--soft); }
.chosen { font-size: .85rem; }
.card { margin: 0 0 1.25rem; padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .7rem; }
.card > :last-child { margin-bottom: 0; }
.warning { margin: 0 0 1.25rem; padding: .9rem 1.1rem; background: var(--warn); border: 1px solid var(--warn-line); border-radius: .7rem; }
.warning p:last-child { margin: 0; }
.notice { padding: .75rem 1rem; background: var(--tint); border: 1px solid var(--accent); border-radius: .7rem; }
dl { display: grid; gap: 1rem; margin: 0 0 1.25rem; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.verified { font-size: 1.15rem; font-weight: 650; }
.mono { font-family: ui-monospace, Consolas, monospace; font-size: .92em; overflow-wrap: anywhere; }
fieldset { margin: 1.25rem 0 0; padding: 0; border: 0; }
legend { padding: 0 0 .25rem; font-weight: 650; }
.scope { display: flex; gap: .75rem; align-items: start; padding: .6rem 0; border-top: 1px solid var(--line); cursor: pointer; }
.scope input { flex: none; width: 1.3rem; height: 1.3rem; margin: .1rem 0 0; accent-color: var(--accent); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
.actions button { flex: 1 1 9rem; }
.actions .wide { flex-basis: 100%; }
button { min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--soft); border-radius: .55rem; background: var(--card); color: var(--ink); font: inherit; font-weight: 600; cursor: pointer; }
button:hover { border-color: currentColor; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.danger { color: var(--danger); }
.quiet { min-height: 2rem; padding: .15rem .6rem; border-color: var(--line); background: none; color: var(--accent); font-weight: 500; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
label.field { display: grid; gap: .3rem; margin-bottom: 1rem; font-weight: 600; }
input[type=text], textarea { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; border: 1px solid var(--soft); border-radius: .55rem; background: var(--card); color: var(--ink); font: inherit; }
input.code { max-width: 18rem; font: 600 1.25rem/1.4 ui-monospace, Consolas, monospace; letter-spacing: .06em; text-transform: uppercase; }
.people { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); }
.list { display: grid; gap: .75rem; margin: 0; padding: 0; list-style: none; }
.list li { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; justify-content: space-between; }
.list li > div { flex: 1 1 16rem; min-width: 0; overflow-wrap: anywhere; }
.list p { margin: 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--card); }
@media (max-width: 30rem) {
  h1 { font-size: 1.4rem; }
  .list form, .list form button { width: 100%; }
}
`.trimStart()
