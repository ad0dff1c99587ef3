// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"
#include "generator.h"
#include "message.h"
#include "reply_reader.h"
#include "sink.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace sealgate::load {
namespace {

Arguments arguments(std::vector<std::string> words) {
    std::vector<char*> argv;
    static std::string program = "program";
    argv.push_back(program.data());
    for (auto& word : words)
        argv.push_back(word.data());
    return {static_cast<int>(argv.size()), argv.data()};
}

TEST(Arguments, UnknownOnesAndBadNumbersAreNamed) {
    auto unknown = arguments({"--size", "4096", "--sice", "1"});
    EXPECT_EQ(unknown.number("size", 1), 4096);
    EXPECT_EQ(unknown.problem(), "unknown argument '--sice'");
    auto bad = arguments({"--size", "4k"});
    EXPECT_EQ(bad.number("size", 1), 1);
    EXPECT_EQ(bad.problem(), "--size takes a number, not '4k'");
    auto good = arguments({"--json", "--fail", "4=0.1", "--fail", "5=0.2"});
    EXPECT_TRUE(good.flag("json"));
    EXPECT_EQ(good.all("fail").size(), 2U);
    EXPECT_EQ(good.problem(), "");
}

TEST(MessageTemplate, HasTheSizeAskedForAndAnIdTheSinkFinds) {
    for (const std::size_t size : {1024U, 4096U, 102400U}) {
        std::string out;
        MessageTemplate("a@managed.example", "b@partner.example", size).append("run-1", out);
        EXPECT_NEAR(static_cast<double>(out.size()), static_cast<double>(size), 64);
        EXPECT_TRUE(out.ends_with("\r\n.\r\n"));
        EXPECT_EQ(out.find("\r\n.\r\n"), out.size() - 5);
        EXPECT_EQ(find_id(out), "run-1");
    }
}

TEST(FindId, TakesTheFieldAtALineStartOnly) {
    EXPECT_EQ(find_id("X-Load-Id: a-1\r\n"), "a-1");
    EXPECT_EQ(find_id("Subject: X-Load-Id: no\r\nX-Load-Id: a-2\r\n"), "a-2");
    EXPECT_EQ(find_id("X-Load-Id: cut"), "");
    EXPECT_EQ(find_id("Subject: none\r\n\r\n"), "");
}

TEST(ReplyReader, JoinsLinesAndSurvivesEveryCut) {
    const std::string wire =
        "220 ready\r\n250-one\r\n250-two\r\n250 three\r\n354 go\r\nrubbish\r\n";
    for (std::size_t step = 1; step <= wire.size(); ++step) {
        ReplyReader reader;
        std::vector<int> codes;
        for (std::size_t at = 0; at < wire.size(); at += step) {
            reader.buffer().append(wire.substr(at, step));
            while (const auto answer = reader.next())
                codes.push_back(answer->code);
        }
        EXPECT_EQ(codes, (std::vector<int>{220, 250, 354, 0})) << step;
    }
}

// A sink in a thread of its own, and the port it listens on.
class LoadAndSink : public testing::Test {
protected:
    SinkOptions options_;
    Ledger sink_ledger_;
    Ledger load_ledger_;

    Statistics run(Plan plan, std::string& sink_json) {
        sockaddr_in address{};
        EXPECT_TRUE(parse_endpoint("127.0.0.1:0", address));
        Fd listener = listen_tcp(address);
        EXPECT_TRUE(
            parse_endpoint("127.0.0.1:" + std::to_string(local_port(listener.get())), plan.to));
        Sink sink(options_, sink_ledger_);
        std::atomic<bool> stop = false;
        std::thread thread([&] { EXPECT_TRUE(sink.run(std::move(listener), Fd{}, stop)); });
        Generator generator(std::move(plan), load_ledger_);
        const std::atomic<bool> never = false;
        EXPECT_TRUE(generator.run(never));
        stop = true;
        thread.join();
        sink_json = sink.json();
        return generator.statistics();
    }
};

TEST_F(LoadAndSink, AgreeOnEveryMessage) {
    for (const bool pipeline : {false, true}) {
        Plan plan;
        plan.sessions = 7;
        plan.messages = 500;
        plan.per_connection = 3;
        plan.size = 20'000;
        plan.rcpts = 3;
        plan.pipeline = pipeline;
        std::string json;
        const Statistics found = run(plan, json);
        EXPECT_EQ(found.accepted, 500U);
        EXPECT_EQ(found.dropped, 0U);
        EXPECT_NE(json.find(R"("messages":500,"unique":500,"duplicates":0,"without_id":0)"),
                  std::string::npos)
            << json;
    }
}

TEST_F(LoadAndSink, RefusalsAreCountedByClass) {
    options_.fail_transient = 0.5;
    options_.fail_permanent = 0.25;
    options_.delay_ms = 1;
    Plan plan;
    plan.messages = 200;
    plan.per_connection = 10;
    std::string json;
    const Statistics found = run(plan, json);
    EXPECT_EQ(found.accepted + found.replies[4] + found.replies[5], 200U);
    EXPECT_GT(found.replies[4], found.replies[5]);
    EXPECT_GT(found.replies[5], 0U);
}

}  // namespace
}  // namespace sealgate::load
