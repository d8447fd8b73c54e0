const HEX =
  '08083a370a0c0a0178120179220452656c75120570726f62655a0f0a0178120a0a08080112040a020801' +
  '620f0a0179120a0a08080112040a02080142021011';

/** An ONNX model of one Relu over one float32: IR 8, opset 17, input `x`, output `y`; a test rebuilds these bytes. */
export const RELU_GRAPH: Uint8Array = Uint8Array.from(HEX.match(/../g)!, (pair) => Number.parseInt(pair, 16));
