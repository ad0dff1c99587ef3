// SPDX-License-Identifier: Apache-2.0
#include "doctor/doctor.h"

#include "net/tls.h"
#include "os/file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace sealgate::doctor {
namespace {

class DoctorTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = std::filesystem::temp_directory_path() / "sealgate-doctor-XXXXXX";
        subject_.settings.data_dir = mkdtemp(pattern.data());
        subject_.settings.hostname = "localhost";
        subject_.settings.limits.free_disk = 1;
    }
    void TearDown() override {
        std::error_code ignored;
        std::filesystem::remove_all(subject_.settings.data_dir, ignored);
    }
    std::string write(const std::string& name, const std::string& text, mode_t mode) {
        const std::string path = subject_.settings.path(name);
        std::ofstream(path) << text;
        EXPECT_EQ(chmod(path.c_str(), mode), 0);
        return path;
    }
    [[nodiscard]] bool has(Level level, const std::string& part) const {
        return std::ranges::any_of(found_, [&](const Finding& one) {
            return one.level == level && one.text.find(part) != std::string::npos &&
                   (level == Level::ok) == one.advice.empty();
        });
    }
    Subject subject_;
    Findings found_;
};

TEST_F(DoctorTest, DiskIsMeasuredAgainstTheLimit) {
    check_disk(subject_, found_);
    EXPECT_TRUE(has(Level::ok, "MiB free"));
    found_.clear();
    subject_.settings.limits.free_disk = 1ULL << 60U;
    check_disk(subject_, found_);
    EXPECT_TRUE(has(Level::fail, "MiB free"));
    found_.clear();
    subject_.settings.data_dir += "/none";
    check_disk(subject_, found_);
    EXPECT_TRUE(has(Level::warn, "cannot be looked at"));
}

TEST_F(DoctorTest, SecretsThatOthersReadAreAFailure) {
    write("spool.key", "00", 0600);
    check_files(subject_, found_);
    EXPECT_EQ(worst(found_), Level::ok);
    found_.clear();
    write("spool.key", "00", 0644);
    check_files(subject_, found_);
    EXPECT_TRUE(has(Level::fail, "spool.key can be used by others (mode 644)"));
    found_.clear();
    ASSERT_EQ(chmod(subject_.settings.data_dir.c_str(), 0755), 0);
    check_files(subject_, found_);
    EXPECT_TRUE(has(Level::fail, "is open to others (mode 755)"));
}

TEST_F(DoctorTest, OwnersDiffer) {
    if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    const auto path = write("sealgate.db", "", 0600);
    ASSERT_EQ(chown(path.c_str(), 12345, 12345), 0);
    check_files(subject_, found_);
    EXPECT_TRUE(has(Level::fail, "belongs to 12345"));
}

TEST_F(DoctorTest, CertificateByDateAndName) {
    check_certificate(subject_, found_);
    EXPECT_TRUE(has(Level::ok, "none yet"));
    found_.clear();
    const auto files = os::posix_file_system();
    ASSERT_TRUE(files->make_directories(subject_.settings.path("tls")));
    ASSERT_TRUE(net::make_self_signed(*files,
                                      subject_.settings.path("tls/selfsigned.crt"),
                                      subject_.settings.path("tls/selfsigned.key"),
                                      "gw.example.com"));
    subject_.settings.hostname = "gw.example.com";
    check_certificate(subject_, found_);
    EXPECT_TRUE(has(Level::ok, "valid until"));
    EXPECT_TRUE(has(Level::warn, "signed by itself"));
    EXPECT_FALSE(has(Level::warn, "does not name"));
    found_.clear();
    subject_.settings.hostname = "other.example.com";
    check_certificate(subject_, found_);
    EXPECT_TRUE(has(Level::warn, "does not name other.example.com"));
    found_.clear();
    subject_.settings.tls.certificate_file = write("bad.pem", "nothing", 0600);
    check_certificate(subject_, found_);
    EXPECT_TRUE(has(Level::fail, "no certificate"));
}

TEST_F(DoctorTest, DatabaseIsReadAndLeftAlone) {
    check_database(subject_, found_);
    EXPECT_TRUE(has(Level::ok, "none yet"));
    found_.clear();
    write("sealgate.db", std::string(8192, 'x'), 0600);
    check_database(subject_, found_);
    EXPECT_TRUE(has(Level::fail, "not a database"));
    const std::filesystem::directory_iterator all(subject_.settings.data_dir);
    EXPECT_EQ(std::distance(begin(all), end(all)), 1) << "a file was made beside it";
}

TEST_F(DoctorTest, RoutesAndNextHops) {
    check_next_hops(subject_, found_);
    EXPECT_TRUE(has(Level::warn, "no route"));
    found_.clear();
    policy::Route route;
    route.domain = policy::DomainPattern::parse("*").value();
    route.next_hop = policy::NextHop::parse("127.0.0.1:1").value();
    subject_.routes = {route, route};
    check_next_hops(subject_, found_);
    EXPECT_EQ(found_.size(), 1U) << "the same next hop is asked once";
    EXPECT_EQ(worst(found_), Level::fail);
}

}  // namespace
}  // namespace sealgate::doctor
