/** The style sheet of the page: one text, known by its hash to the content security policy. */
import { DARK, LIGHT, paletteRules } from "./colours.ts"

export const STYLE = `${paletteRules(LIGHT)}
@media (prefers-color-scheme:dark){${paletteRules(DARK)}}
:root{color-scheme:light dark}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Open Sans",sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:76rem;margin:0 auto;padding:0 1rem}
header{padding-top:2rem}
main{padding-bottom:4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em}
h2{font-size:1.4rem;line-height:1.25;margin:3.5rem 0 .4rem;padding-top:1rem;border-top:2px solid var(--ink)}
h3{font-size:1.1rem;line-height:1.3;margin:2.6rem 0 .4rem}
p,ul,dl{max-width:46rem;margin:.4rem 0 .8rem}
.muted,figcaption,.note{color:var(--muted)}
a{color:var(--router)}
nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;max-width:none}
:focus-visible{outline:2px solid var(--router);outline-offset:2px}
figure{margin:0}
figcaption{font-size:.9rem;max-width:46rem;margin:0 0 .8rem}
.note{font-size:.9rem}
.scroll{overflow-x:auto;position:relative;max-width:100%}
table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;line-height:1.35}
th,td{padding:.34rem .7rem .34rem 0;text-align:left;vertical-align:middle;overflow-wrap:normal}
td.n,th.n{text-align:right;white-space:nowrap}
thead th,thead td{font-weight:600;vertical-align:bottom;border-bottom:1px solid var(--ink)}
tbody tr+tr>*{border-top:1px solid var(--line)}
tbody th{font-weight:400;min-width:9rem}
tbody th bdi{font-weight:600}
tr.bound tbody th bdi,tr.bound th bdi{font-weight:400}
.of{display:block;color:var(--muted);font-size:.8rem}
.ci{color:var(--muted);white-space:nowrap}
table.wide tbody th,table.wide thead th:first-child{position:sticky;left:0;background:var(--paper);z-index:1;padding-right:.7rem}
td.plot{width:45%;min-width:11rem;padding:0 1.4rem 0 .4rem}
table.dots{width:100%}
table.dots td.n .ci{display:block;font-size:.8rem}
svg{display:block}
text{fill:var(--muted);font-size:11px;font-family:inherit}
.strip{width:100%;height:3rem;overflow:visible}
.ticks{width:100%;height:1.1rem;overflow:visible}
.grid{stroke:var(--line);stroke-width:1}
.zero{stroke:var(--ink);stroke-width:1}
.bar{stroke-width:2.5;stroke-linecap:round}
.bar.router{stroke:var(--router)}
.bar.bound{stroke:var(--bound)}
.dot.router{fill:var(--router)}
.dot.bound{fill:var(--bound)}
.dot.hollow{fill:var(--paper);stroke-width:2}
.dot.hollow.router{stroke:var(--router)}
.dot.hollow.bound{stroke:var(--bound)}
.key{display:inline-block;width:.7em;height:.7em;border-radius:50%;background:var(--router);vertical-align:baseline;margin:0 .25em 0 .1em}
.key.open{background:none;border:2px solid var(--router)}
.key.grey{background:var(--bound)}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(14.5rem,100%),1fr));gap:1.4rem 1.6rem;margin:0;padding:0;list-style:none;max-width:none}
.panels>li{min-width:0}
.panel-title,caption{font-size:.875rem;font-weight:600;margin:0 0 .3rem;line-height:1.3;text-align:left}
caption .of,.panel-title .of{font-weight:400}
.curve{width:100%;height:auto;max-width:22rem;overflow:visible}
.curve polyline,.ghost polyline{fill:none;stroke-linejoin:round;stroke-linecap:round}
.ghost polyline{stroke:var(--ghost);stroke-width:1}
.curve .line{stroke-width:2.25}
.curve .line.router{stroke:var(--router)}
.curve .line.bound{stroke:var(--bound)}
text.end{fill:var(--ink);font-weight:600}
.heat{border-collapse:separate;border-spacing:2px;font-size:.8rem}
.heat th,.heat td,.heat tbody tr+tr>*{border:0;padding:.25rem .35rem}
.heat thead th{border:0;color:var(--muted);font-weight:400;text-align:center}
.heats{display:flex;flex-wrap:wrap;gap:1.4rem 2rem}
.heats>li{max-width:100%}
.heat caption{width:0;min-width:100%}
.heat tbody th{text-align:right;color:var(--muted);min-width:0;max-width:9rem;padding-left:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.heat td{text-align:center;min-width:2.35rem;border-radius:3px}
.heat tbody th bdi{font-weight:400;color:var(--ink)}
.scatter{width:100%;height:16rem;overflow:visible}
.panels+.scroll{margin-top:1rem}
text.label{fill:var(--ink);font-size:10.5px}
.front{stroke:var(--router);stroke-width:1;stroke-dasharray:4 3;opacity:.8}
.verdict{max-width:46rem;margin:0 0 1rem;padding-left:1.2rem}
.verdict li{margin:.5rem 0}
.caveat{color:var(--warm)}
details{margin:.8rem 0}
summary{cursor:pointer;color:var(--router)}
pre{background:var(--panel);padding:.9rem 1rem;border-radius:6px;font:.8rem/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;overflow:auto;max-height:32rem;white-space:pre;overflow-wrap:normal}
code{font:.85em ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem 1rem}
dt{color:var(--muted)}
dd{margin:0}
.vh{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){h1{font-size:1.55rem}dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:.4rem}td.plot{min-width:11rem;padding:0 .8rem 0 .3rem}tbody th{min-width:6.5rem}th,td{padding-right:.5rem}table.dots{font-size:.8rem}table.dots tbody th{min-width:6rem;max-width:9rem}table.dots thead th.n{white-space:normal}}
@media print{.scroll{overflow:visible}h2{break-before:auto}figure,.panels>li{break-inside:avoid}}
`
