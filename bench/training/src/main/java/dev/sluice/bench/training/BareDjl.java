package dev.sluice.bench.training;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;

/** The least that a program can do with DJL alone to take one optimizer step: the digits' perceptron on made-up data. */
public final class BareDjl {
    private BareDjl() {}

    public static void main(String[] arguments) {
        SequentialBlock block = new SequentialBlock()
                .add(Linear.builder().setUnits(64).build())
                .add(Activation::relu)
                .add(Linear.builder().setUnits(10).build());
        try (Model model = Model.newInstance("bare", "PyTorch")) {
            model.setBlock(block);
            Loss loss = Loss.softmaxCrossEntropyLoss();
            try (Trainer trainer = model.newTrainer(
                    new DefaultTrainingConfig(loss).optOptimizer(Adam.builder().build()))) {
                trainer.initialize(new Shape(64, 64));
                NDArray features = trainer.getManager().randomNormal(new Shape(64, 64));
                NDArray labels = trainer.getManager().zeros(new Shape(64), DataType.INT64);
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    collector.backward(loss.evaluate(new NDList(labels), trainer.forward(new NDList(features))));
                }
                trainer.step();
                System.out.println("stepped");
                Runtime.getRuntime().halt(0);
            }
        }
    }
}
