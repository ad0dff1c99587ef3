# Asio with the same settings everywhere: its inline functions are one definition for the whole program, and
# folders that disagreed would link to a mixture.
find_package(Boost 1.81 REQUIRED)
add_library(sealgate_asio INTERFACE)
target_link_libraries(sealgate_asio INTERFACE Boost::headers)
target_compile_definitions(sealgate_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_NO_TYPEID)

# Asio takes seconds to parse. This is parsed once; folders that say ASIO share it.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/asio_pch.cpp CONTENT "// only here to carry the precompiled header\n")
add_library(sealgate_asio_pch OBJECT ${CMAKE_BINARY_DIR}/asio_pch.cpp)
target_link_libraries(sealgate_asio_pch PRIVATE sealgate_asio)
target_precompile_headers(sealgate_asio_pch PRIVATE ${PROJECT_SOURCE_DIR}/src/net/asio.h)
