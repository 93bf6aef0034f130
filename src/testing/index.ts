/** The kit that checks any plugin of a kind, with node:test: call it in a test file of your own. */
export { type AdapterSettings, testAdapter } from "./adapter.ts"
export { type BackboneSettings, testBackbone } from "./backbone.ts"
export { type BaselineSettings, testBaseline } from "./baseline.ts"
export { type CompositionSettings, testComposition } from "./composition.ts"
export { type GroupingSettings, testGrouping } from "./grouping.ts"
export { testIndependence } from "./independence.ts"
export { type RouterSettings, testRouter } from "./router.ts"
export { type TransferSettings, testTransfer } from "./transfer.ts"
