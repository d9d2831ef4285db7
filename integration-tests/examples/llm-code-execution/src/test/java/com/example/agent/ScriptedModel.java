package com.example.agent;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * A model that executes some programs, one after the other, and then says what came of the last.
 */
final class ScriptedModel implements ChatModel {
  private final Queue<String> programs;
  private final List<String> results = new ArrayList<>();
  private ChatRequest last;

  ScriptedModel(String... programs) {
    this.programs = new ArrayDeque<>(List.of(programs));
  }

  @Override
  public ChatResponse doChat(ChatRequest request) {
    last = request;
    if (request.messages().get(request.messages().size() - 1)
        instanceof ToolExecutionResultMessage result) {
      results.add(result.text());
    }
    String program = programs.poll();
    AiMessage answer =
        program == null
            ? AiMessage.from("It is " + results.get(results.size() - 1))
            : AiMessage.from(
                ToolExecutionRequest.builder()
                    .id(Integer.toString(results.size()))
                    .name("executePython")
                    .arguments("{\"code\": " + quoted(program) + "}")
                    .build());
    return ChatResponse.builder().aiMessage(answer).build();
  }

  /** As JSON has it. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /** What the tool gave back, each time. */
  List<String> results() {
    return results;
  }

  ChatRequest lastRequest() {
    return last;
  }
}
