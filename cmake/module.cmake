# sealgate_module(mime [ASIO] DEPS base LINK PkgConfig::X): one static library per folder of src/.
# Files are found by suffix, in the folder and below it: x.cpp goes into the library, x_test.cpp into
# one test program of the folder, x_bench.cpp into one bench program, each x_fuzz.cpp into a program
# of its own, and x_main.cpp into the program x. Nothing else has to be listed when a file is added.
function(sealgate_module name)
    cmake_parse_arguments(ARG "ASIO" "" "DEPS;LINK" ${ARGN})
    file(GLOB_RECURSE all CONFIGURE_DEPENDS *.cpp *.h)
    set(code ${all})
    list(FILTER code EXCLUDE REGEX "_(test|bench|fuzz|main)\\.cpp$")
    add_library(sealgate_${name} STATIC ${code})
    set_target_properties(sealgate_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_include_directories(sealgate_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    foreach(dep ${ARG_DEPS})
        target_link_libraries(sealgate_${name} PUBLIC sealgate_${dep})
    endforeach()
    target_link_libraries(sealgate_${name} PUBLIC Threads::Threads ${ARG_LINK})
    if(ARG_ASIO)  # the folder uses coroutines: it shares the precompiled header
        target_precompile_headers(sealgate_${name} REUSE_FROM sealgate_asio_pch)
    endif()

    set(programs ${all})
    list(FILTER programs INCLUDE REGEX "_main\\.cpp$")
    foreach(file ${programs})
        get_filename_component(stem ${file} NAME_WE)
        string(REGEX REPLACE "_main$" "" program ${stem})
        if(NOT SEALGATE_FUZZ)
            add_executable(${program} ${file})
            target_link_libraries(${program} sealgate_${name})
        endif()
    endforeach()

    set(tests ${all})
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
    if(tests AND NOT SEALGATE_FUZZ)
        add_executable(${name}_test ${tests})
        target_link_libraries(${name}_test sealgate_${name} GTest::gmock GTest::gtest_main)
        gtest_discover_tests(${name}_test PROPERTIES LABELS "unit;${name}" TIMEOUT 120
                             DISCOVERY_TIMEOUT 60)
    endif()
    set(benches ${all})
    list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
    if(benches AND NOT SEALGATE_FUZZ)
        add_executable(${name}_bench EXCLUDE_FROM_ALL ${benches})
        target_link_libraries(${name}_bench sealgate_${name} benchmark::benchmark_main)
    endif()
    set(fuzzers ${all})
    list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
    foreach(file ${fuzzers})
        get_filename_component(stem ${file} NAME_WE)
        string(REGEX REPLACE "_fuzz$" "" target ${stem})
        if(SEALGATE_FUZZ)
            add_executable(${name}_${target}_fuzz ${file})
            target_link_libraries(${name}_${target}_fuzz sealgate_${name} -fsanitize=fuzzer)
        else()  # without libFuzzer the same entry point replays the kept inputs as an ordinary test
            add_executable(${name}_${target}_replay ${file}
                           ${PROJECT_SOURCE_DIR}/tests/support/replay_main.cpp)
            target_link_libraries(${name}_${target}_replay sealgate_${name})
            add_test(NAME replay.${name}.${target}
                     COMMAND ${name}_${target}_replay
                             ${PROJECT_SOURCE_DIR}/tests/corpus/${name}_${target})
            set_tests_properties(replay.${name}.${target} PROPERTIES LABELS "replay;${name}"
                                 TIMEOUT 120)
        endif()
    endforeach()
endfunction()
