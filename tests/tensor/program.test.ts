/** Programs: what is listed, merged, dropped and emitted; and what errors say. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as t from "../../src/tensor/index.ts"
import { evaluate, onOnnxruntime, onReference } from "./run.ts"

const layout = t.packedLayout()
const tokens = t.tokenRows(layout)
const examples = t.exampleRows(layout)
const operators = (program: t.Program) => program.nodes.filter((x) => !t.isLeaf(x)).map((x) => x.op)

test("equal formulas are computed once", () => {
  const square = () => t.mul(t.exp(t.input("x", [3])), t.exp(t.input("x", [3])))
  const program = t.program({ a: square(), b: square(), c: t.neg(square()) })
  assert.deepEqual(operators(program), ["exp", "mul", "neg"])
  assert.equal(program.outputs.a, program.outputs.b)
  assert.equal(program.inputs.length, 1)
})

test("attributes and constants tell nodes apart", () => {
  const x = t.input("x", [3])
  assert.equal(operators(t.program({ a: t.scale(x, 2), b: t.scale(x, 3) })).length, 2)
  assert.equal(operators(t.program({ a: t.add(x, 2), b: t.add(x, 3) })).length, 2)
})

test("what no output needs is dropped", () => {
  const [x, y] = [t.input("x", [3]), t.parameter("y", [3])]
  const [gx] = t.grad(t.sum(t.mul(t.exp(x), y)), [x])
  assert.deepEqual(operators(t.program({ gx })), ["exp", "mul"])
  assert.deepEqual(t.program({ gx: t.exp(x) }).parameters, [])
})

test("leaves are listed by what they are", () => {
  const w = t.weight("w", { shape: [2], data: Float32Array.of(1, 2) })
  const y = t.add(t.add(t.input("x", [2]), t.parameter("p", [2])), t.add(w, t.uniform("u", [2])))
  const { inputs, parameters, noise, weights } = t.program({ y })
  assert.deepEqual(
    [inputs, parameters, noise, weights].map((list) => list.map(t.nameOf)),
    [["x"], ["p"], ["u"], ["w"]],
  )
})

test("one name is one leaf", () => {
  assert.throws(
    () => t.program({ y: t.add(t.input("x", [2]), t.input("x", [1])) }),
    /input "x": is declared twice, as float \[2\] and as float \[1\]/,
  )
  assert.throws(
    () => t.program({ y: t.add(t.input("x", [2]), t.parameter("x", [2])) }),
    /"x" names two different leaves/,
  )
})

test("every node stands after what it reads", () => {
  const x = t.parameter("x", [4, 4])
  const loss = t.sum(t.softmax(t.matmul(x, t.tanh(x))))
  const { nodes } = t.program({ gradient: t.grad(loss, [x])[0] })
  nodes.forEach((node, i) => {
    for (const input of node.inputs) assert.ok(nodes.indexOf(input) >= 0 && nodes.indexOf(input) < i)
  })
})

test("deep graphs need no deep stack", () => {
  let x: t.Tensor = t.parameter("x", [2])
  for (let i = 0; i < 20000; i++) x = t.add(x, 1e-3)
  assert.equal(t.program({ g: t.grad(t.sum(x), [t.parameter("x", [2])])[0] }).nodes.length, 2)
})

test("no gradient is computed for what is frozen", () => {
  const frozen = t.weight("W", { shape: [4, 4], data: new Float32Array(16) })
  const [A, h] = [t.parameter("A", [4, 4]), t.input("h", ["n", 4])]
  const loss = t.sum(t.matmul(t.gelu(t.matmul(h, A)), frozen))
  const products = t.program({ g: t.grad(loss, [A])[0] }).nodes.filter((x) => x.op === "matmul")
  assert.equal(products.length, 3, "forward through A, back through W, and the gradient of A")
})

test("no needless nodes in the gradient of a dense layer", () => {
  const [W, b, h] = [t.parameter("W", [4, 3]), t.parameter("b", [3]), t.parameter("h", ["n", 4])]
  const gradients = t.grad(t.sum(t.tanh(t.add(t.matmul(h, W), b))), [W, b, h])
  const { nodes } = t.emit(t.program({ W: gradients[0], b: gradients[1], h: gradients[2] }))
  assert.deepEqual(
    nodes.map((x) => x.opType).sort(),
    ["FusedMatMul", "FusedMatMul", "Gemm", "Mul", "ReduceSum", "Sub", "Tanh"].sort(),
  )
})

const emitted = (outputs: Record<string, t.Tensor>) => t.emit(t.program(outputs)).nodes.map((x) => x.opType)

test("emission fuses scales, biases and sums into products", () => {
  const [x, W, b, A, B] = [
    t.input("x", ["n", 4]),
    t.input("W", [4, 4]),
    t.input("b", [4]),
    t.input("A", [4, 2]),
    t.input("B", [2, 4]),
  ]
  const y = t.add(t.add(t.matmul(x, W), b), t.scale(t.matmul(t.matmul(x, A), B), 2))
  assert.deepEqual(emitted({ y }).sort(), ["Gemm", "Gemm", "MatMul"])
  const product = t.matmul(x, W)
  assert.deepEqual(
    emitted({ y: t.add(product, b), product }).sort(),
    ["Add", "MatMul"],
    "a product that is needed by itself is computed once",
  )
})

test("GELU is one operator, or shares its error function with its gradient", () => {
  const [x, W] = [t.parameter("x", ["n", 4]), t.input("W", [4, 4])]
  const y = t.matmul(t.gelu(x), W)
  assert.deepEqual(emitted({ y }).sort(), ["Gelu", "MatMul"])
  const both = emitted({ y, g: t.grad(t.sum(y), [x])[0] })
  assert.equal(both.filter((op) => op === "Erf").length, 1)
  assert.equal(both.filter((op) => op === "Gelu").length, 0)
})

test("the slope of GELU is finite wherever numbers are", async () => {
  const x = t.parameter("x", [9])
  const [g] = t.grad(t.sum(t.gelu(x)), [x])
  const feeds = { x: { shape: [9], data: Float32Array.of(-1e4, -30, -14, -1, 0, 1, 14, 30, 1e4) } }
  const [exact, { g: given }] = [
    await evaluate(await onReference(), { g }, feeds),
    await evaluate(await onOnnxruntime(), { g }, feeds),
  ]
  given.data.forEach((value, i) =>
    assert.ok(Math.abs(Number(value) - Number(exact.g.data[i])) < 1e-6, `${value} at ${i}`),
  )
})

test("factors of a feed-forward layer and of its gradient are taken into matrix products", () => {
  const [h, b, l] = [t.parameter("h", ["n", 4]), t.input("b", [8]), t.parameter("l", [8])]
  const [D, U] = [t.input("D", [4, 8]), t.input("U", [8, 4])]
  const y = t.matmul(t.mul(t.gelu(t.add(t.matmul(h, D), b)), l), U)
  const [dh, dl] = t.grad(t.sum(t.mul(y, y)), [h, l])
  const scaled = t
    .emit(t.program({ y, dh, dl }))
    .nodes.filter(({ opType, inputs }) => opType === "Mul" && inputs.some((name) => name.startsWith("/constant")))
  assert.equal(scaled.length, 2, "the bias and the gradient of l, which are vectors")
})

test("a variable that the loss does not read has a gradient of zeros", async () => {
  const [x, y] = [t.parameter("x", [2]), t.parameter("y", [2, 2])]
  const [, g] = t.grad(t.sum(x), [x, y])
  for (const engine of [await onReference(), await onOnnxruntime()])
    assert.deepEqual([...(await evaluate(engine, { g }, {})).g.data], [0, 0, 0, 0])
})

test("the gradient of an inner tensor", async () => {
  const x = t.parameter("x", [2])
  const inner = t.exp(x)
  const [g] = t.grad(t.sum(t.mul(inner, inner)), [inner])
  const y = await evaluate(await onReference(), { g, inner }, { x: { shape: [2], data: Float64Array.of(0, 1) } })
  assert.deepEqual([...y.g.data], [2, 2 * Math.E])
})

test("outputs that are leaves, or one tensor twice", async () => {
  const x = t.input("x", [2])
  const [y, feeds] = [t.exp(x), { x: { shape: [2], data: Float32Array.of(0, 0) } }]
  const results = await evaluate(
    await onOnnxruntime(),
    { x, again: t.input("x", [2]), y, twice: y, n: t.constant([3, 4], "int") },
    feeds,
  )
  assert.deepEqual(
    [results.x, results.again, results.y, results.twice].map((r) => [...r.data]),
    [
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
    ],
  )
  assert.deepEqual(results.n.data, Int32Array.of(3, 4))
})

test("symbolic dimensions add and multiply", () => {
  const x = t.input("x", ["n", "m", 4])
  assert.deepEqual(t.reshape(x, [-1, 4]).shape, ["m*n", 4])
  assert.deepEqual(t.reshape(t.reshape(x, [-1, 4]), ["n", "m", 4]).shape, x.shape)
  assert.deepEqual(t.concat([x, t.input("y", ["n", 3, 4])], 1).shape, ["n", "m+3", 4])
  assert.deepEqual(t.slice(x, 1, 1, -1).shape, ["n", "m-2", 4])
})

const h = t.input("h", ["length", 4], "float", tokens)
const v = t.input("v", [4], "float", examples)
const refused: [string, () => unknown, RegExp][] = [
  [
    "shapes that do not broadcast",
    () => t.add(t.input("a", [2]), t.input("b", [3])),
    /^ShapeError: add: \[2\] and \[3\] do not broadcast; trailing axes/,
  ],
  [
    "products that do not fit",
    () => t.matmul(t.input("a", [2, 3]), t.input("b", [2, 3])),
    /matmul: \[2, 3\] x \[2, 3\] do not fit; the columns of the first/,
  ],
  ["a sum over tokens", () => t.sum(h, 0), /sum: the first axis of \[length, 4\] \(tokens\) .* use pool\("mean"/],
  ["a softmax over tokens", () => t.softmax(h, 0), /softmax: .*pool/],
  ["a transposed hidden state", () => t.transpose(h), /transpose: .* runs over the tokens/],
  ["a product over tokens", () => t.matmul(h, h, { transposeA: true }), /matmul: .* use attention, pool, or toPadded/],
  [
    "an axis that is not there",
    () => t.sum(v, 1),
    /sum: axis 1 of \[4\] \(one per example\) does not exist; axes go from -1 to 0/,
  ],
  [
    "examples with more axes than tokens",
    () => t.add(h, t.input("M", [2, 4], "float", examples)),
    /add: \[2, 4\] \(one per example\) has more axes than one token/,
  ],
  ["pooling what has no tokens", () => t.pool("mean", v), /pool: \[4\] \(one per example\) has no rows of tokens/],
  ["mixed element types", () => t.add(h, t.constant(1, "int")), /add: float and int do not mix; cast one of them/],
  ["float indices", () => t.gather(t.input("T", [3, 4]), v), /gather: indices are float; give int indices/],
  ["a reshape of another size", () => t.reshape(t.input("a", [6]), [4, -1]), /reshape: \[6\] cannot become \[4, -1\]/],
  [
    "a k that is too large",
    () => t.topKMask(v, 5),
    /topKMask: k is 5 but the last axis of \[examples, 4\] has 4 elements/,
  ],
  ["a head count that does not divide", () => t.attention(h, h, h, 3), /attention: 3 heads do not divide/],
  [
    "a loss that is not one number",
    () => t.grad(v, [v]),
    /grad: the loss is float \[4\] \(one per example\); reduce it/,
  ],
  [
    "a weight with too few numbers",
    () => t.weight("w", { shape: [3], data: new Float32Array(2) }),
    /weight "w": shape \[3\] holds 3 numbers but 2 are given/,
  ],
  ["ragged constants", () => t.constant([[1, 2], [3]]), /constant: the nested arrays are not of equal length/],
]
for (const [name, attempt, message] of refused) {
  test(`refused, with advice: ${name}`, () => {
    assert.throws(attempt, (error: unknown) => {
      assert.ok(error instanceof t.ShapeError)
      assert.match(`${error.name}: ${error.message}`, message)
      return true
    })
  })
}

test("an operator without a gradient names itself and the path", () => {
  const x = t.parameter("x", [4])
  assert.throws(
    () => t.grad(t.sum(t.exp(t.mul(x, t.topKMask(x, 2)))), [x]),
    (error: unknown) => {
      assert.ok(error instanceof t.GradientError)
      assert.equal(error.operator, "topKMask")
      assert.deepEqual(error.path, ["sum", "exp", "mul", "topKMask"])
      assert.match(error.message, /`topKMask` has no gradient.*sum <- exp <- mul <- topKMask.*stopGradient/)
      return true
    },
  )
  assert.equal(t.grad(t.sum(t.mul(x, t.topKMask(t.stopGradient(x), 2))), [x]).length, 1)
})

test("a misspelt parameter is named as what it is", () => {
  const { W } = {} as Record<string, t.Tensor>
  for (const use of [t.add, t.mul, t.div, t.matmul])
    assert.throws(() => use(t.constant([1]), W), {
      name: "ShapeError",
      message: /undefined; check the names of parameters/,
    })
  assert.throws(() => t.transpose(W), { name: "ShapeError", message: /undefined/ })
})
