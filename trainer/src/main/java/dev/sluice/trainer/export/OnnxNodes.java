package dev.sluice.trainer.export;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import dev.sluice.trainer.checkpoint.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The pieces that ONNX graphs are made of. */
final class OnnxNodes {
    static final int FLOAT = OnnxMl.TensorProto.DataType.FLOAT_VALUE;
    static final int DOUBLE = OnnxMl.TensorProto.DataType.DOUBLE_VALUE;
    static final int INT64 = OnnxMl.TensorProto.DataType.INT64_VALUE;
    static final int UINT8 = OnnxMl.TensorProto.DataType.UINT8_VALUE;
    static final int STRING = OnnxMl.TensorProto.DataType.STRING_VALUE;

    private OnnxNodes() {}

    static OnnxMl.NodeProto.Builder node(String operator, String output, List<String> inputs) {
        return OnnxMl.NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output);
    }

    /** A node that gives its input as another type. */
    static OnnxMl.NodeProto.Builder cast(String output, String input, int type) {
        return node("Cast", output, List.of(input)).addAttribute(whole("to", type));
    }

    static OnnxMl.AttributeProto.Builder whole(String name, long value) {
        return OnnxMl.AttributeProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.AttributeProto.AttributeType.INT)
                .setI(value);
    }

    static OnnxMl.AttributeProto.Builder wholes(String name, long... values) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName(name).setType(OnnxMl.AttributeProto.AttributeType.INTS);
        for (long value : values) {
            attribute.addInts(value);
        }
        return attribute;
    }

    static OnnxMl.AttributeProto.Builder texts(String name, List<String> values) {
        OnnxMl.AttributeProto.Builder attribute =
                OnnxMl.AttributeProto.newBuilder().setName(name).setType(OnnxMl.AttributeProto.AttributeType.STRINGS);
        values.forEach(value -> attribute.addStrings(ByteString.copyFromUtf8(value)));
        return attribute;
    }

    /** An input or output whose first axis is the batch. */
    static OnnxMl.ValueInfoProto value(String name, int type, long... shape) {
        OnnxMl.TensorShapeProto.Builder proto = OnnxMl.TensorShapeProto.newBuilder();
        proto.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("N"));
        for (long length : shape) {
            proto.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(length));
        }
        return OnnxMl.ValueInfoProto.newBuilder()
                .setName(name)
                .setType(OnnxMl.TypeProto.newBuilder()
                        .setTensorType(OnnxMl.TypeProto.Tensor.newBuilder()
                                .setElemType(type)
                                .setShape(proto)))
                .build();
    }

    static OnnxMl.TensorProto scalar(String name, float value) {
        return initializer(name, Tensor.ofFloats(new long[0], new float[] {value}));
    }

    static OnnxMl.TensorProto scalar(String name, double value) {
        return OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(DOUBLE)
                .addDoubleData(value)
                .build();
    }

    static OnnxMl.TensorProto longs(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return initializer(name, Tensor.ofBytes(Tensor.Kind.I64, new long[] {values.length}, bytes.array()));
    }

    static OnnxMl.TensorProto texts(String name, Iterable<String> values) {
        OnnxMl.TensorProto.Builder proto =
                OnnxMl.TensorProto.newBuilder().setName(name).setDataType(STRING);
        values.forEach(value -> proto.addStringData(ByteString.copyFromUtf8(value)));
        return proto.addDims(proto.getStringDataCount()).build();
    }

    static OnnxMl.TensorProto initializer(String name, Tensor tensor) {
        OnnxMl.TensorProto.Builder proto = OnnxMl.TensorProto.newBuilder()
                .setName(name)
                .setDataType(
                        switch (tensor.kind()) {
                            case F32 -> FLOAT;
                            case I64 -> INT64;
                        })
                .setRawData(ByteString.copyFrom(tensor.bytes()));
        for (long length : tensor.shape()) {
            proto.addDims(length);
        }
        return proto.build();
    }
}
