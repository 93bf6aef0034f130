/** Where the numbers come from: spec, versions, machine, numeric profile, data and steps; and the notices that must be shown. */
import type { Provenance } from "../../../learning/results.ts"
import { changeText } from "../../changes.ts"
import { duration } from "../../number_text.ts"
import { html, type Markup } from "../markup.ts"
import { scroll } from "../parts.ts"

/** Steps listed; results.json holds all. */
const LISTED = 2000

export function noticesSection({ notices }: Provenance): Markup {
  if (notices.length === 0) return html``
  return html`<section><h2 id="notices">Notices</h2><ul>${notices.map((notice) => html`<li>${notice}</li>`)}</ul></section>
`
}

export function provenanceSection(provenance: Provenance): Markup {
  const { machine } = provenance
  const { changes = [] } = provenance
  const cached = provenance.steps.filter((step) => step.cached).length
  return html`<section><h2 id="provenance">Provenance</h2>
${facts({
  "Spec file": provenance.specFile,
  Started: provenance.started,
  Took: duration(provenance.seconds),
  l2r: provenance.l2r,
  Runtime: provenance.runtime,
  Machine: `${machine.processor}, ${machine.cores} cores, ${machine.os} ${machine.arch}`,
  "Processor features": machine.features.join(", ") || "not known",
})}
<h3>Numeric profile</h3>
${facts(provenance.profile)}
<h3>Versions</h3>
${facts(provenance.versions)}
<h3>Data digests</h3>
${facts(provenance.dataDigests)}
${changes.length > 0 ? html`<h3>Changed on the command line</h3>${facts(Object.fromEntries(changes.map(({ path, before, after }) => [path, changeText(before, after)])))}` : html``}<h3>Effective spec</h3>
<details><summary>The checked spec with all defaults</summary><pre tabindex="0" role="region" aria-label="Effective spec">${provenance.spec}</pre></details>
<h3>Steps</h3>
<details><summary>${provenance.steps.length} steps, ${cached} of them from the store</summary>${scroll("Steps", stepTable(provenance))}</details>
</section>
`
}

const facts = (entries: Readonly<Record<string, string | number>>): Markup => {
  const lines = Object.entries(entries).map(
    ([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>
`,
  )
  return lines.length === 0 ? html`<p class="note">None.</p>` : html`<dl>${lines}</dl>`
}

function stepTable({ steps }: Provenance): Markup {
  const more =
    steps.length <= LISTED ? undefined : html`<p class="note">${steps.length - LISTED} more stand in results.json.</p>`
  return html`<table><thead><tr><th scope="col">Step</th><th scope="col">From the store</th><th scope="col" class="n">Time</th><th scope="col">Key</th></tr></thead>
<tbody>${steps.slice(0, LISTED).map(
    ({
      label,
      key,
      cached,
      seconds,
    }) => html`<tr><th scope="row">${label}</th><td>${cached ? "yes" : "no"}</td><td class="n">${duration(seconds)}</td><td><code>${key}</code></td></tr>
`,
  )}</tbody></table>${more}`
}
