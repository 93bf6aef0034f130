/** Explanations of 05: language models that are made here, and their studies. */
import type { Pages } from "./page.ts"

/** A study of the model `small`. */
const studied = (declared: string): string => `${declared}\nstudy reading { models: small, test: topics }`

export const studies: Pages = {
  L2R0550: {
    title: "a family whose networks are not made here",
    text: "A pretraining begins from nothing: the backbone plugin draws the weights of a network of the given size, which then learns to predict the next piece of a text. Encoders read texts whole and predict none, and most decoders are there to read checkpoints that others trained.",
    wrong: studied("pretraining small { family: bert, texts: topics, train: brief }"),
    right: studied("pretraining small { family: moduleformer, texts: topics, train: brief }"),
    given: true,
  },
  L2R0551: {
    title: "sizes of a model that is there already",
    text: "With `from`, training goes on where another pretraining ended: with its weights, and so with its family, its sizes and its vocabulary. A declaration that extends another may take its `family` over and say `from`, which then goes before; to write both is a contradiction.",
    wrong: studied(
      "pretraining first { family: moduleformer, texts: topics, train: brief }\npretraining small { from: first, size: { width: 96 }, texts: topics, train: brief }",
    ),
    right: studied(
      "pretraining first { family: moduleformer, size: { width: 96 }, texts: topics, train: brief }\npretraining small { from: first, texts: topics, train: brief }",
    ),
    given: true,
  },
  L2R0552: {
    title: "fresh experts beside none",
    text: "`insert` adds experts to each sub-layer of a trained model, and trains them and their rows of the gates while all else stays as it is, so that the model learns new texts. A model that begins from nothing has as many experts as its `size` says.",
    wrong: studied("pretraining small { family: moduleformer, texts: topics, train: brief, insert: 2 }"),
    right: studied(
      "pretraining first { family: moduleformer, texts: topics, train: brief }\npretraining small { from: first, insert: 2, texts: topics, train: brief }",
    ),
    given: true,
  },
  L2R0553: {
    title: "an option of modules",
    text: "A train says how modules of tasks are trained, and pretrainings use it too: epochs, batches, the optimiser, the learning rate. What is about a task's classes, or about other tasks' modules, has no meaning for a language model.",
    wrong: `train early = brief { early_stop: validation }\n${studied("pretraining small { family: moduleformer, texts: topics, train: early }")}`,
    right: studied("pretraining small { family: moduleformer, texts: topics, train: brief }"),
    given: true,
  },
  L2R0554: {
    title: "perplexities of other pieces",
    text: "Perplexity is how surprised a model is by a piece of its vocabulary. Each model that begins from nothing has a vocabulary that is made of its own texts: where these or the number of pieces differ, a text falls into other pieces, and their perplexities can't be compared. What goes on from another model keeps its vocabulary.",
    wrong: `pretraining large { family: moduleformer, texts: topics, train: brief, size: { vocabulary: 900 } }\npretraining small = large { size: { vocabulary: 500 } }\nstudy sizes { models: [large, small], test: topics }`,
    right: `pretraining large { family: moduleformer, texts: topics, train: brief, size: { width: 96 } }\npretraining small = large { size: { width: 64 } }\nstudy sizes { models: [large, small], test: topics }`,
    given: true,
  },
}
