/** The style sheet of the pages: light and dark, from a phone on. Colours meet a contrast of 4.5 to 1 in both. */
export const style: string = `
:root {
  color-scheme: light dark;
  --paper: #f7f7f5; --card: #fff; --ink: #1b1d21; --soft: #565c66; --line: #d9dbdf;
  --accent: #0b57b0; --on-accent: #fff; --danger: #a61b1b; --good: #146c3a; --tint: #eaf1fb; --focus: #0b57b0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121417; --card: #1b1e23; --ink: #eceef1; --soft: #a5acb8; --line: #343941;
    --accent: #8ab8ff; --on-accent: #0b1a30; --danger: #ff9a94; --good: #7fd8a3; --tint: #1b2a40; --focus: #8ab8ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: center; justify-content: space-between; padding-block: 1.1rem; }
.brand { margin: 0; font-weight: 650; }
.brand a { color: inherit; text-decoration: none; }
.tag { margin-left: .5rem; padding: .1rem .5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--soft); font-size: .75rem; font-weight: 500; }
.who { display: flex; align-items: center; gap: .75rem; color: var(--soft); font-size: .9rem; }
.who strong { color: var(--ink); }
h1 { margin: .75rem 0 1rem; font-size: 1.7rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.1rem; }
h3 { margin: 0; font-size: 1rem; }
p { margin: 0 0 .75rem; }
.soft { color: var(--soft); }
.card + .soft { margin-top: 1rem; }
.card, .list > li { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem; }
.list { display: grid; gap: .75rem; margin: 0; padding: 0; list-style: none; }
.list > li { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: center; justify-content: space-between; }
.list > li > div { flex: 1 1 18rem; min-width: 0; }
.list p { margin: .15rem 0 0; color: var(--soft); font-size: .9rem; }
.origin { font: 600 1.15rem/1.35 ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }
.small { font: .85rem/1.5 ui-monospace, Consolas, monospace; overflow-wrap: anywhere; color: var(--soft); }
dl { display: grid; gap: 1.1rem; margin: 0; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: .1rem 0 0; overflow-wrap: anywhere; }
fieldset { margin: 1.25rem 0 0; padding: 0; border: 0; }
legend { padding: 0; color: var(--soft); font-size: .85rem; }
.scope { display: flex; gap: .7rem; align-items: baseline; padding: .55rem 0; border-top: 1px solid var(--line); }
.scope:first-of-type { border-top: 0; }
.scope input { flex: none; width: 1.15rem; height: 1.15rem; accent-color: var(--accent); translate: 0 .2rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button, .button { display: inline-block; min-height: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--line); border-radius: .55rem; background: var(--card); color: var(--ink); font: inherit; font-weight: 550; text-decoration: none; cursor: pointer; }
.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.quiet { color: var(--accent); }
.danger { color: var(--danger); }
.actions button { flex: 1 1 9rem; }
button:hover, .button:hover { border-color: currentColor; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
main:focus { outline: none; }
a { color: var(--accent); }
.notice { padding: .75rem 1rem; border: 1px solid var(--accent); border-radius: .55rem; background: var(--tint); }
.state { font-weight: 600; color: var(--good); }
.state.over { color: var(--danger); }
.empty { padding: 1.1rem 1.25rem; border: 1px dashed var(--line); border-radius: .75rem; color: var(--soft); }
.people { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); }
.people button { width: 100%; min-height: 4rem; font-size: 1.1rem; }
input[type=password], input[type=text] { min-height: 2.75rem; padding: .4rem .75rem; border: 1px solid var(--soft); border-radius: .55rem; background: var(--card); color: var(--ink); font: inherit; }
label.field { display: grid; gap: .25rem; flex: 1 1 14rem; max-width: 20rem; margin-bottom: 1rem; }
.ask { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; }
.ask label.field { margin: 0; }
.code { font-variant-numeric: tabular-nums; letter-spacing: .08em; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--card); }
footer { padding-block: 2.5rem 2rem; color: var(--soft); font-size: .85rem; }
pre { margin: 0; padding: 1rem 1.25rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); font: .85rem/1.6 ui-monospace, Consolas, monospace; }
@media (max-width: 30rem) {
  h1 { font-size: 1.4rem; }
  .list form, .list form button { width: 100%; }
}
@media (prefers-reduced-motion: no-preference) { button { transition: border-color .12s; } }
`.trimStart()
