# One situation, one file: every tests/scenarios/*.py is a test of its own, "scenario.<name>".
# Exit status 77 means that this machine cannot show the situation; CTest then says "skipped".
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
file(GLOB scenarios CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.py)
foreach(file ${scenarios})
    get_filename_component(name ${file} NAME_WE)
    add_test(NAME scenario.${name} COMMAND Python3::Interpreter -B ${file})
    set_tests_properties(scenario.${name} PROPERTIES
        LABELS scenario TIMEOUT 120 SKIP_RETURN_CODE 77
        ENVIRONMENT "SEALGATE_BIN=${CMAKE_BINARY_DIR}/bin")
endforeach()
set_tests_properties(scenario.openpgp_interop PROPERTIES TIMEOUT 400)  # seven programs make keys
