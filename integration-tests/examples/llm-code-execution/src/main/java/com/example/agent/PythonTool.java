package com.example.agent;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.code.CodeExecutionEngine;

/** What the model is offered. */
public final class PythonTool {
  private final CodeExecutionEngine engine;

  public PythonTool(CodeExecutionEngine engine) {
    this.engine = engine;
  }

  @Tool(
      "Executes a Python 3 program, without a network and without files, and returns what it prints")
  public String executePython(
      @P(name = "code", value = "the program, which has to print its result") String code) {
    return engine.execute(code);
  }
}
